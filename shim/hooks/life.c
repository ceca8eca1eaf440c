/* Hooks of a process's life: children appear, privileges are dropped. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"
#include "process/process.h"

#include <pty.h>
#include <unistd.h>

/* @pid is what a forking function returned; @armed what process_before_fork() did. */
static pid_t forked(pid_t pid, bool armed)
{
        if (pid == 0)
                process_after_fork(armed);
        return pid;
}

INTERPOSE(pid_t, fork, (void))
{
        bool armed = process_before_fork();

        return forked(real(fork)(), armed);
}

INTERPOSE(pid_t, __fork, (void))
{
        bool armed = process_before_fork();

        return forked(real(__fork)(), armed);
}

INTERPOSE(pid_t, _Fork, (void))
{
        bool armed = process_before_fork();

        return forked(real(_Fork)(), armed);
}

/* Its parent exits inside: whoever returns with 0 is the child. */
INTERPOSE(int, daemon, (int keep_directory, int keep_streams))
{
        bool armed = process_before_fork();

        return forked(real(daemon)(keep_directory, keep_streams), armed);
}

INTERPOSE(pid_t, forkpty,
        (int *ret_terminal, char *ret_name, const struct termios *settings,
                const struct winsize *size))
{
        bool armed = process_before_fork();

        return forked(real(forkpty)(ret_terminal, ret_name, settings, size), armed);
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
