/* Hooks of a process's life: children appear, privileges are dropped. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"
#include "process/process.h"

#include <pty.h>
#include <unistd.h>

/* @pid is what a forking function returned. */
static pid_t forked(const struct forking *forking, pid_t pid)
{
        if (pid == 0)
                process_after_fork(forking);
        else
                process_forked(forking, pid);
        return pid;
}

INTERPOSE(pid_t, fork, (void))
{
        struct forking forking;

        return process_before_fork(&forking) ? forked(&forking, real(fork)()) : -1;
}

INTERPOSE(pid_t, __fork, (void))
{
        struct forking forking;

        return process_before_fork(&forking) ? forked(&forking, real(__fork)()) : -1;
}

INTERPOSE(pid_t, _Fork, (void))
{
        struct forking forking;

        return process_before_fork(&forking) ? forked(&forking, real(_Fork)()) : -1;
}

/* Its parent exits inside: whoever returns with 0 is the child. */
INTERPOSE(int, daemon, (int keep_directory, int keep_streams))
{
        struct forking forking;

        return process_before_fork(&forking)
                       ? forked(&forking, real(daemon)(keep_directory, keep_streams))
                       : -1;
}

INTERPOSE(pid_t, forkpty,
        (int *ret_terminal, char *ret_name, const struct termios *settings,
                const struct winsize *size))
{
        struct forking forking;

        return process_before_fork(&forking)
                       ? forked(&forking, real(forkpty)(ret_terminal, ret_name, settings, size))
                       : -1;
}

INTERPOSE(int, setuid, (uid_t uid))
{
        uid_t asked = process_drop(uid, EVENT_DROP);

        return process_dropped(asked, real(setuid)(uid));
}

INTERPOSE(int, seteuid, (uid_t uid))
{
        uid_t asked = process_drop(uid, EVENT_DROP_EFFECTIVE);

        return process_dropped(asked, real(seteuid)(uid));
}

INTERPOSE(int, setreuid, (uid_t real_uid, uid_t uid))
{
        uid_t asked = process_drop(uid, EVENT_DROP);

        return process_dropped(asked, real(setreuid)(real_uid, uid));
}

INTERPOSE(int, setresuid, (uid_t real_uid, uid_t uid, uid_t saved_uid))
{
        uid_t asked = process_drop(uid, EVENT_DROP);

        return process_dropped(asked, real(setresuid)(real_uid, uid, saved_uid));
}
