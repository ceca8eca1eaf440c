/* What the programs get that a process starts: a helper, the server's own next version, others. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/programs.h"

#include "process/inside.h"
#include "process/readiness.h"
#include "process/self.h"
#include "process/sockets.h"
#include "supply/refresher.h"
#include "system/descriptors.h"
#include "system/kernel.h"
#include "system/log.h"
#include "system/secure_execution.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_identity(const char *path, const struct identity *identity)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, path, 0, &facts) == 0 &&
               identity_equal(&facts.identity, identity);
}

/* Is it this file, by its path, by its name alone, or as the same file under another name? */
static bool is_file(const char *path, const char *own, const struct identity *identity)
{
        const char *slash = own ? strrchr(own, '/') : NULL;

        if (!own)
                return false;
        return strcmp(path, own) == 0 || strcmp(path, slash ? slash + 1 : own) == 0 ||
               has_identity(path, identity);
}

static bool is_own_file(const char *path)
{
        return path && (is_file(path, self->program, &self->program_identity) ||
                               is_file(path, self->script, &self->script_identity));
}

/*
 * The server's own program: the same file or what has been put in its place for an upgrade, the
 * same script, or whatever is handed a socket that it serves with.
 */
static bool is_next_version(const char *path)
{
        return is_own_file(path) || (self->serving && descriptors_any(sockets_is_handed_over));
}

/* A shell that has inherited a listening socket is none, nor is one whose pid is in no pidfile. */
static bool is_server(void)
{
        return self->is_server || self->arming == ARMING_CERTAIN || self->next_version;
}

static bool starts_next_version(const char *path)
{
        return self->library && process_is_undecided() && is_server() && is_next_version(path);
}

/* Also of a program that leaves listening to what it starts: squid's master and its kids. */
static bool starts_itself(const char *path)
{
        if (!self->library || !process_is_undecided())
                return false;
        if (!self->program)
                readiness_note_program();
        return is_own_file(path);
}

/* A name without a slash is looked for as execvp(3) does. */
static bool is_secure_name(const char *name)
{
        const char *directories = getenv("PATH");
        char path[1024];

        for (; directories && *directories; directories += *directories == ':') {
                size_t length = strcspn(directories, ":");

                if (length + 1 + strlen(name) < sizeof(path)) {
                        memcpy(path, directories, length);
                        path[length] = '/';
                        strcpy(path + length + 1, name);
                        if (kernel_access(AT_FDCWD, path, X_OK, 0) == 0)
                                return execution_is_secure(path);
                }
                directories += length;
        }
        return false;
}

static bool is_secure(const char *path)
{
        if (getuid() != geteuid() || getgid() != getegid())
                return true;
        return path && (strchr(path, '/') ? execution_is_secure(path) : is_secure_name(path));
}

/* A client is not for a program outside; nor is anything, once the server wanted another root. */
static void enter_first(void)
{
        if (!process_is_undecided())
                return;
        if (self->chroots && !self_owns_memory())
                self_refuse("a child by vfork() would run outside, after the server's own chroot()",
                        "remove that setting of the server");
        if (self->chroots)
                process_event(EVENT_DROP);
        else if (self->plan.settings.master_accepts && process_may_be_worker() &&
                 descriptors_any(sockets_is_connection_handed_over))
                process_event(EVENT_RECEIVE);
}

/* Only a child of a fork() can be jailed before its program runs. */
static bool refuse_client(const char *path, bool spawns)
{
        struct failure failure;

        if (!process_is_undecided() || !self->plan.settings.master_accepts ||
                !(spawns || !self_owns_memory()) || !descriptors_any(sockets_is_client))
                return false;
        failure_set(&failure, 0, path, "it would get the server's client, and serve unjailed",
                "let the server fork() for each connection, and start the program in the child");
        failure.jail = self->plan.jail.real;
        log_failure(LEVEL_ERROR, "", &failure);
        return true;
}

bool programs_refuse(const char *path, bool spawns)
{
        struct failure failure;

        enter_first();
        /* The next program of this process, with the same pid, does not know it. */
        if (!spawns)
                refresher_end(&self->plan);
        if (refuse_client(path, spawns))
                return true;
        if (!process_is_undecided() || !is_secure(path) ||
                !(starts_next_version(path) || starts_itself(path)))
                return false;
        failure_set(&failure, 0, path,
                "the server would start it in a way in which the loader leaves chrootshim out: "
                "set-id, with capabilities, or with a real user id that is not the effective one",
                "let the server run as one user, or in one process; take set-id bits and "
                "capabilities off its "
                "program, "
                "or let it close its sockets in other programs");
        failure.jail = self->plan.jail.real;
        log_failure(LEVEL_ERROR, "", &failure);
        return true;
}

bool programs_edit(const char *path, struct environment_edit *ret_edit)
{
        if (!self->library || !(process_is_jailed() || is_server()))
                return false;
        *ret_edit = (struct environment_edit){.library = self->library};
        if (process_is_jailed()) {
                inside_edit(ret_edit);
        } else if (starts_next_version(path)) {
                ret_edit->purpose = ENVIRONMENT_SERVER;
                ret_edit->settings = self->variables;
                ret_edit->next_version = true;
        } else if (self->role == CHROOTSHIM_PENDING) {
                ret_edit->purpose = ENVIRONMENT_HELPER;
        } else {
                ret_edit->purpose = ENVIRONMENT_MARKED;
        }
        return true;
}
