/* Programs that a worker starts inside the jail: what they get, and how they begin. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/inside.h"

#include "jail/check.h"
#include "process/self.h"
#include "settings/read.h"
#include "supply/warm.h"
#include "system/child.h"
#include "system/kernel.h"
#include "system/written_at_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char *__attribute__((format(printf, 1, 2))) variable(const char *format, ...)
{
        va_list values;
        char *text;

        va_start(values, format);
        if (vasprintf(&text, format, values) < 0)
                text = NULL;
        va_end(values);
        return text;
}

/* The aliases as their variable holds them. */
static char *alias_variable(const struct setting_list *aliases)
{
        char *text = variable("CHROOTSHIM_ALIASES=");

        for (size_t i = 0; text && i < aliases->count; i++) {
                char *longer = variable("%s%s%s", text, i > 0 ? ":" : "", aliases->item[i]);

                free(text);
                text = longer;
        }
        return text;
}

/* The further spellings of the jail are among them. */
static char *links_variable(const struct path_links *all)
{
        char *links = path_links_write(all);
        char *text = links ? variable(SETTINGS_LINKS_VARIABLE "=%s", links) : NULL;

        free(links);
        return text;
}

/* What has one path on both sides stays as it is in every view. */
static char *shared_variable(const struct exposures *exposures)
{
        char *shared = exposures_write_shared(exposures);
        char *text = shared ? variable(SETTINGS_SHARED_VARIABLE "=%s", shared) : NULL;

        free(shared);
        return text;
}

#define VARIABLES 7

char **inside_describe(const struct plan *plan, struct failure *ret_failure)
{
        const struct settings *settings = &plan->settings;
        const struct jail *jail = &plan->jail;
        char **variables = calloc(VARIABLES + 1, sizeof(char *));
        int count = 0;

        if (!variables) {
                failure_set(ret_failure, -ENOMEM, NULL, NULL, NULL);
                return NULL;
        }
        variables[0] = variable(SETTINGS_INSIDE_VARIABLE "=%llu:%llu",
                (unsigned long long)jail->identity.device,
                (unsigned long long)jail->identity.inode);
        variables[1] = variable("CHROOTSHIM_JAIL=%s", jail->real);
        variables[2] = variable("CHROOTSHIM_FIXROOT=%s", settings->fixroot ? "true" : "false");
        variables[3] = variable(
                "CHROOTSHIM_VIEW=%s", setting_words(&setting_keys[SETTING_view])[settings->view]);
        variables[4] = alias_variable(&settings->aliases);
        variables[5] = links_variable(&jail->links);
        variables[6] = shared_variable(&plan->exposures);
        while (count < VARIABLES && variables[count])
                count++;
        if (count == VARIABLES)
                return variables;
        for (int i = 0; i < VARIABLES; i++)
                free(variables[i]);
        free(variables);
        failure_set(ret_failure, -ENOMEM, NULL, NULL, NULL);
        return NULL;
}

/* Does the variable name the directory that is "/" here? */
static bool names_root(const char *value)
{
        unsigned long long device, inode;
        struct file_facts root;

        return sscanf(value, "%llu:%llu", &device, &inode) == 2 &&
               kernel_facts(AT_FDCWD, "/", 0, &root) == 0 && root.identity.device == device &&
               root.identity.inode == inode;
}

/*
 * Is "/" that of the machine, or of its container? Nobody's variables are to make a program believe
 * that it is jailed. Two things tell for certain that it is outside: from here, the jail's path is
 * a directory, and another one than "/"; and the kernel gives it a user namespace, which it refuses
 * to whoever has another root than its mount namespace (create_user_ns(), user_namespaces(7)). In
 * the jail that costs one call, which fails. Whether "/" is the root of a mount (statx(2)) does not
 * tell: it is, in isolation = "namespace" and where the jail is a file system of its own. And
 * /proc, which could say more, a jail need not have.
 */
static bool is_outside(const char *jail)
{
        struct file_facts root, there;
        pid_t pid;

        if (kernel_facts(AT_FDCWD, "/", 0, &root) < 0)
                return true;
        if (jail && kernel_facts(AT_FDCWD, jail, 0, &there) == 0 && S_ISDIR(there.mode) &&
                !identity_equal(&there.identity, &root.identity))
                return true;
        pid = child_start(CLONE_NEWUSER);
        if (pid == 0)
                child_exit(0);
        if (pid > 0)
                child_end(pid);
        return pid > 0;
}

static int refuse_root(const char *value, const char *what, struct failure *failure)
{
        failure_set(failure, 0, NULL, NULL, "unset it");
        failure_reason(failure, "it is \"%s\", %s", value, what);
        failure->variable = SETTINGS_INSIDE_VARIABLE;
        return -EINVAL;
}

static int refuse_list(const char *name, const char *reason, struct failure *failure)
{
        failure_set(failure, 0, NULL, reason, "unset it");
        failure->variable = name;
        return -EINVAL;
}

/* The links outside that lead to the jail, and the spellings of the jail that are among them. */
static int take_links(struct jail *jail, struct failure *failure)
{
        const char *text = getenv(SETTINGS_LINKS_VARIABLE);
        int error = text ? path_links_read(&jail->links, text) : 0;

        if (error < 0)
                return refuse_list(SETTINGS_LINKS_VARIABLE, "it is no list of links", failure);
        for (size_t i = 0; i < jail->links.count; i++)
                if (strcmp(jail->links.item[i].real, jail->real) == 0 &&
                        !path_prefixes_add(&jail->prefixes, jail->links.item[i].path, jail->real))
                        return refuse_list(
                                SETTINGS_LINKS_VARIABLE, "it has too many links", failure);
        return 0;
}

static int take_shared(struct exposures *exposures, struct failure *failure)
{
        const char *text = getenv(SETTINGS_SHARED_VARIABLE);
        int error = text ? exposures_read_shared(exposures, text) : 0;

        return error < 0 ? refuse_list(SETTINGS_SHARED_VARIABLE, "it is no list of paths", failure)
                         : 0;
}

/* The jail as it is seen from inside: there is no other path to it than "/". */
static int take_jail(struct plan *plan, struct failure *failure)
{
        char *path = plan->settings.jail;
        struct file_facts root;
        int error = kernel_facts(AT_FDCWD, "/", 0, &root);

        if (error < 0)
                return failure_set(failure, error, "/", NULL, NULL);
        plan->jail = (struct jail){
                .real = path, .identity = root.identity, .namespace = -1, .ipc = -1, .fd = -1};
        path_prefixes_set(&plan->jail.prefixes, path, path);
        error = take_links(&plan->jail, failure);
        if (error == 0)
                error = take_shared(&plan->exposures, failure);
        return error < 0 ? error : jail_add_aliases(&plan->jail, &plan->settings.aliases, failure);
}

int inside_start(const char *value, struct failure *ret_failure)
{
        struct plan *plan = &self->plan;
        int error;

        settings_init(&plan->settings);
        if (!names_root(value))
                return refuse_root(value, "which is not the root directory", ret_failure);
        error = settings_read_environment(&plan->settings, environ, ret_failure);
        if (error == 0 && !plan->settings.jail) {
                error = failure_set(ret_failure, 0, NULL, "it is missing", "set it");
                ret_failure->variable = setting_keys[SETTING_jail].variable;
        }
        if (error == 0 && is_outside(plan->settings.jail))
                error = refuse_root(value,
                        "which is the root directory of no jail, or the jail has a directory of "
                        "its own at the path that it has outside, where a link to / must be",
                        ret_failure);
        if (error == 0)
                error = take_jail(plan, ret_failure);
        if (error < 0)
                return error;
        self->inside_variables = inside_describe(plan, ret_failure);
        return self->inside_variables ? 0 : -ENOMEM;
}

void inside_edit(struct environment_edit *edit)
{
        edit->library = path_inside(&self->translation, self->library);
        edit->purpose = ENVIRONMENT_JAILED;
        edit->prefixes = &self->translation;
        if (kernel_access(AT_FDCWD, edit->library, R_OK, 0) == 0) {
                edit->purpose = ENVIRONMENT_INSIDE;
                edit->settings = self->inside_variables;
                /* What it asks for by these paths is answered in the same view. */
                if (self->plan.settings.view == VIEW_OUTSIDE)
                        edit->prefixes = NULL;
        }
}

/* The edit of the worker's own environment: only what concerns the shim is changed. */
static struct environment_edit own_edit(void)
{
        struct environment_edit edit = {.purpose = ENVIRONMENT_OWN, .library = ""};

        if (self->library) {
                inside_edit(&edit);
                edit.purpose = edit.purpose == ENVIRONMENT_INSIDE ? ENVIRONMENT_SERVER
                                                                  : ENVIRONMENT_HELPER;
                edit.prefixes = NULL;
        }
        edit.unless_set = WARM_TIME_ZONE;
        return edit;
}

/* For most environments this is enough. It is taken once: a worker enters once. */
static WRITTEN_AT_ENTRY union {
        char *slot;
        char bytes[768];
} small;

void inside_edit_environ(void)
{
        struct environment_edit edit = own_edit();
        size_t size = environment_size(&edit, environ);
        void *memory = size <= sizeof(small) ? small.bytes
                                             : mmap(NULL, size, PROT_READ | PROT_WRITE,
                                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (memory != MAP_FAILED)
                environ = environment_make(&edit, environ, memory);
}
