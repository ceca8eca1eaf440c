/* What the programs get that a process starts: a helper, the server's own next version, others. */
#include "process/programs.h"

#include "process/inside.h"
#include "process/self.h"
#include "process/sockets.h"
#include "system/descriptors.h"
#include "system/kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/*
 * The server's own program: the same file or what has been put in its place for an upgrade, the
 * same script, or whatever is handed a socket that it serves with.
 */
static bool is_next_version(const char *path)
{
        if (path && (is_file(path, self->program, &self->program_identity) ||
                            is_file(path, self->script, &self->script_identity)))
                return true;
        return self->serving && descriptors_any(sockets_is_handed_over);
}

/* A shell may have inherited a listening socket, and an old pidfile may be empty: that is no
 * server. */
static bool is_server(void)
{
        return self->is_server || self->arming == ARMING_CERTAIN || self->next_version;
}

static bool starts_next_version(const char *path)
{
        return self->library && process_is_undecided() && is_server() && is_next_version(path);
}

static bool has_capabilities(const char *path)
{
        return kernel_call(SYS_getxattr, (long)path, (long)"security.capability", 0, 0, 0) > 0;
}

/* Would the kernel set AT_SECURE for it (getauxval(3))? */
static bool is_secure(const char *path)
{
        struct file_facts facts;

        if (getuid() != geteuid() || getgid() != getegid())
                return true;
        return path && kernel_facts(AT_FDCWD, path, 0, &facts) == 0 &&
               ((facts.mode & (S_ISUID | S_ISGID)) || has_capabilities(path));
}

void programs_check(const char *path)
{
        if (starts_next_version(path) && is_secure(path))
                self_refuse("the server starts itself in a way in which the loader leaves "
                            "chrootshim out: set-id, with capabilities, or with a real user id "
                            "that is not the effective one",
                        "let the server run as one user, and take set-id bits and capabilities "
                        "off its program");
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
