/* Ways out through processes outside; the argument is PID:ADDRESS, of memory that it can read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

/* Seized, not attached to: the same check, and the process is not stopped. */
ATTACK(trace)
{
        long pid = strtol(attempt->argument, NULL, 10), pidfd;
        const char *colon = strchr(attempt->argument, ':');
        char byte;
        struct iovec here = {.iov_base = &byte, .iov_len = 1};
        struct iovec there = {
                .iov_base = colon ? (void *)strtoul(colon + 1, NULL, 16) : NULL, .iov_len = 1};

        report("process_vm_readv", syscall(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0));
        pidfd = syscall(SYS_pidfd_open, pid, 0);
        report("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 0, 0));
        report("ptrace", syscall(SYS_ptrace, PTRACE_SEIZE, pid, 0, 0));
}

ATTACK(send_signal)
{
        report("kill", syscall(SYS_kill, strtol(attempt->argument, NULL, 10), 0));
}

/* Through /proc, where the jail has it. */
ATTACK(proc_root)
{
        char path[512];

        snprintf(path, sizeof(path), "/proc/%ld/root%s", strtol(attempt->argument, NULL, 10),
                attempt->canary);
        read_canary(AT_FDCWD, path);
}

ATTACK(proc_namespace)
{
        char path[64];
        long fd;

        snprintf(path, sizeof(path), "/proc/%ld/ns/mnt", strtol(attempt->argument, NULL, 10));
        fd = report("open", syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0));
        if (fd < 0)
                return;
        report("setns", syscall(SYS_setns, fd, 0x20000));
        read_canary(AT_FDCWD, attempt->canary);
}
