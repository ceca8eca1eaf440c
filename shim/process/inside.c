/* Programs that a worker starts inside the jail: what they get, and how they begin. */
#include "process/inside.h"

#include "jail/check.h"
#include "process/process.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
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

/* The aliases as a variable holds them; the first spelling is the jail's own. */
static char *alias_variable(void)
{
        char *text = variable("CHROOTSHIM_ALIASES=");

        for (unsigned i = 1; text && i < process.jail.prefixes.count; i++) {
                char *longer = variable(
                        "%s%s%s", text, i > 1 ? ":" : "", process.jail.prefixes.item[i].text);

                free(text);
                text = longer;
        }
        return text;
}

int inside_describe(void)
{
        const struct identity *jail = &process.jail.identity;
        char **variables = calloc(6, sizeof(char *));

        if (!variables)
                return -ENOMEM;
        variables[0] = variable(SETTINGS_INSIDE_VARIABLE "=%llu:%llu",
                (unsigned long long)jail->device, (unsigned long long)jail->inode);
        variables[1] = variable("CHROOTSHIM_JAIL=%s", process.jail.real);
        variables[2] =
                variable("CHROOTSHIM_FIXROOT=%s", process.settings.fixroot ? "true" : "false");
        variables[3] = variable(
                "CHROOTSHIM_VIEW=%s", process.settings.view == VIEW_INSIDE ? "inside" : "outside");
        variables[4] = alias_variable();
        process.inside_variables = variables;
        return variables[0] && variables[1] && variables[2] && variables[3] && variables[4]
                       ? 0
                       : -ENOMEM;
}

/* Does the variable name the directory that is "/" here? */
static bool is_inside(const char *value)
{
        unsigned long long device, inode;
        struct file_facts root;

        return sscanf(value, "%llu:%llu", &device, &inode) == 2 &&
               kernel_facts(AT_FDCWD, "/", 0, &root) == 0 && root.identity.device == device &&
               root.identity.inode == inode;
}

int inside_start(const char *value, struct complaint *ret_complaint)
{
        struct file_facts root;
        int error;

        settings_init(&process.settings);
        if (!is_inside(value))
                return complain(ret_complaint,
                        SETTINGS_INSIDE_VARIABLE " is \"%s\", which is not the root directory: "
                                                 "unset it",
                        value);
        error = settings_read_environment(&process.settings, environ, ret_complaint);
        if (error == 0 && !process.settings.jail)
                return complain(ret_complaint, "CHROOTSHIM_JAIL is missing: set it");
        if (error == 0)
                error = kernel_facts(AT_FDCWD, "/", 0, &root);
        if (error < 0)
                return error;
        process.jail = (struct jail){.real = process.settings.jail,
                .identity = root.identity,
                .namespace = -1,
                .fd = -1};
        path_prefixes_set(&process.jail.prefixes, process.settings.jail, process.settings.jail);
        return jail_add_aliases(&process.jail, &process.settings.aliases, ret_complaint);
}

void inside_edit(struct environment_edit *edit)
{
        edit->library = path_inside(&process.translation, process.library);
        edit->purpose = ENVIRONMENT_JAILED;
        if (kernel_access(AT_FDCWD, edit->library, R_OK, 0) == 0) {
                edit->purpose = ENVIRONMENT_INSIDE;
                edit->settings = process.inside_variables;
        }
}

void inside_edit_environ(void)
{
        struct environment_edit edit = {.prefixes = &process.translation};
        void *memory;

        if (!process.library)
                return;
        inside_edit(&edit);
        edit.purpose = edit.purpose == ENVIRONMENT_INSIDE ? ENVIRONMENT_SERVER : ENVIRONMENT_HELPER;
        memory = mmap(NULL, environment_size(&edit, environ), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory != MAP_FAILED)
                environ = environment_make(&edit, environ, memory);
}
