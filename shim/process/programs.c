/* What the programs get that a process starts: a helper, the server's own next version, others. */
#include "process/programs.h"

#include "process/inside.h"
#include "process/self.h"
#include "system/kernel.h"

#include <fcntl.h>
#include <string.h>

/* The server's own program: the same file, or what has been put in its place for an upgrade. */
static bool is_own_program(const char *path)
{
        const char *name = self->program ? strrchr(self->program, '/') : NULL;
        struct file_facts facts;

        if (!name || !path)
                return false;
        if (strcmp(path, self->program) == 0 || strcmp(path, name + 1) == 0)
                return true;
        return kernel_facts(AT_FDCWD, path, 0, &facts) == 0 &&
               identity_equal(&facts.identity, &self->program_identity);
}

/* A shell may have inherited a listening socket, and an old pidfile may be empty: that is no
 * server. */
static bool is_server(void)
{
        return self->is_server || self->arming == ARMING_CERTAIN;
}

bool programs_edit(const char *path, struct environment_edit *ret_edit)
{
        if (!self->library || !(process_is_jailed() || is_server()))
                return false;
        *ret_edit =
                (struct environment_edit){.library = self->library, .prefixes = &self->translation};
        if (process_is_jailed()) {
                inside_edit(ret_edit);
        } else if (self->role != CHROOTSHIM_PENDING) {
                ret_edit->purpose = ENVIRONMENT_MARKED;
        } else if (is_own_program(path)) {
                ret_edit->purpose = ENVIRONMENT_SERVER;
                ret_edit->settings = self->variables;
        } else {
                ret_edit->purpose = ENVIRONMENT_HELPER;
        }
        return true;
}
