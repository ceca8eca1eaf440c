/* What a worker loses at the moment of its entry, besides the way out. */
#include "jail/harden.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

int harden(const struct settings *settings, struct entry_failure *ret_failure)
{
        long error = 0;

        if (settings->no_new_privs)
                error = kernel_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (error == 0)
                return 0;
        *ret_failure = (struct entry_failure){.reason = "no_new_privs was refused",
                .remedy = "set no_new_privs = false",
                .error = (int)error};
        return (int)error;
}
