/* Short-lived children of the shim's own, which the server is not to notice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/child.h"

#include "system/kernel.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/* The kernel's set of signals has 8 bytes on every architecture but MIPS. */
#define SIGNAL_SET_SIZE 8

static long set_signals(const uint64_t *set, uint64_t *old)
{
        return kernel_call(
                SYS_rt_sigprocmask, SIG_SETMASK, (long)set, (long)old, SIGNAL_SET_SIZE, 0);
}

static pid_t start(int flags)
{
        uint64_t all = ~(uint64_t)0, old;
        pid_t pid;

        set_signals(&all, &old);
        /* No exit signal in the lowest byte, and no stack: it goes on with a copy of this one. */
        pid = (pid_t)kernel_call(SYS_clone, flags, 0, 0, 0, 0);
        if (pid != 0)
                set_signals(&old, NULL);
        return pid;
}

pid_t child_start(int flags)
{
        pid_t pid = start(flags);

        if (pid == 0)
                kernel_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        return pid;
}

pid_t child_start_lasting(void)
{
        return start(0);
}

void child_exit(int status)
{
        for (;;)
                kernel_call(SYS_exit_group, status, 0, 0, 0, 0);
}

void child_execute(const char *path, const char *const *arguments, const char *const *environment)
{
        pid_t pid = child_start(0);

        if (pid == 0)
                kernel_call(SYS_execve, (long)path, (long)arguments, (long)environment, 0, 0);
        if (pid > 0)
                kernel_call(SYS_wait4, pid, 0, __WALL, 0, 0);
        child_exit(127);
}

/* Wait until there is something to read; a signal of the server's does not end the wait. */
static int wait_readable(int fd, int64_t deadline)
{
        struct pollfd poll = {.fd = fd, .events = POLLIN};
        int64_t left;

        while ((left = deadline - kernel_milliseconds()) > 0) {
                int count = kernel_wait(&poll, 1, left * 1000000);

                if (count > 0)
                        return 0;
                if (count < 0 && count != -EINTR)
                        return count;
        }
        return -ETIMEDOUT;
}

ssize_t child_read(int pipe, void *buffer, size_t size)
{
        int64_t deadline = kernel_milliseconds() + CHILD_DEADLINE;
        size_t length = 0;

        while (length < size) {
                int error = wait_readable(pipe, deadline);
                ssize_t more;

                if (error < 0)
                        return error;
                more = kernel_read(pipe, (char *)buffer + length, size - length);
                if (more == 0)
                        break;
                if (more < 0 && more != -EINTR)
                        return more;
                length += more > 0 ? (size_t)more : 0;
        }
        return (ssize_t)length;
}

int child_wait(pid_t pid)
{
        int status = 0;
        long error;

        do
                error = kernel_call(SYS_wait4, pid, (long)&status, __WCLONE, 0, 0);
        while (error == -EINTR);
        return error < 0 ? (int)error : status;
}

int child_end(pid_t pid)
{
        kernel_call(SYS_kill, pid, SIGKILL, 0, 0, 0);
        return child_wait(pid);
}

bool child_has_ended(pid_t pid, int *ret_status)
{
        long ended = kernel_call(SYS_wait4, pid, (long)ret_status, __WCLONE | WNOHANG, 0, 0);

        return ended == pid || ended == -ECHILD;
}

bool child_exists(void)
{
        siginfo_t unused;

        return kernel_call(SYS_waitid, P_ALL, 0, (long)&unused, WEXITED | WNOHANG | WNOWAIT, 0) ==
               0;
}
