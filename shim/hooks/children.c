/* Hooks by which a master learns of the end of its children. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"
#include "process/process.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* Where the caller does not want the status, it is taken all the same. */
static pid_t waited(pid_t pid, const int *status)
{
        if (pid > 0)
                process_lost(pid, *status);
        return pid;
}

INTERPOSE(pid_t, wait, (int *ret_status))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(wait)(status), status);
}

INTERPOSE(pid_t, __wait, (int *ret_status))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(__wait)(status), status);
}

INTERPOSE(pid_t, waitpid, (pid_t pid, int *ret_status, int options))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(waitpid)(pid, status, options), status);
}

INTERPOSE(pid_t, __waitpid, (pid_t pid, int *ret_status, int options))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(__waitpid)(pid, status, options), status);
}

INTERPOSE(pid_t, wait3, (int *ret_status, int options, struct rusage *ret_usage))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(wait3)(status, options, ret_usage), status);
}

INTERPOSE(pid_t, wait4, (pid_t pid, int *ret_status, int options, struct rusage *ret_usage))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(wait4)(pid, status, options, ret_usage), status);
}

/* What wait(2) would have said. */
static int status_in(const siginfo_t *info)
{
        return info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status & 0xff, 0)
                                           : W_EXITCODE(0, info->si_status);
}

INTERPOSE(int, waitid, (idtype_t type, id_t id, siginfo_t *ret_info, int options))
{
        siginfo_t own = {0}, *info = ret_info ? ret_info : &own;
        int result = real(waitid)(type, id, info, options);
        bool ended;

        if (result != 0 || info->si_pid == 0)
                return result;
        ended = info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
                info->si_code == CLD_DUMPED;
        if (ended)
                process_lost(info->si_pid, status_in(info));
        return result;
}

#if HOOKS_TIME64
INTERPOSE(pid_t, __wait3_time64, (int *ret_status, int options, struct rusage *ret_usage))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(__wait3_time64)(status, options, ret_usage), status);
}

INTERPOSE(
        pid_t, __wait4_time64, (pid_t pid, int *ret_status, int options, struct rusage *ret_usage))
{
        int own, *status = ret_status ? ret_status : &own;

        return waited(real(__wait4_time64)(pid, status, options, ret_usage), status);
}
#endif
