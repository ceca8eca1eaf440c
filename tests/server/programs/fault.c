/*
 * A layer between the shim and the C library, in which system calls and allocations fail: those
 * that a server orders, or from the start the $FAULT_ALLOCATION-th allocation, or each call of the
 * number $FAULT_CALL with the error $FAULT_ERROR. Time passes $FAULT_SPEED times as fast.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "fault.h"
#include "layer.h"

#include "system/call_numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/time_types.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NONE (-1)
#define SECOND INT64_C(1000000000)

/* Machines of 32 bits map by the page, and have another call for large file systems. */
#ifdef SYS_mmap2
#define MMAP SYS_mmap2
#define MMAP_UNIT 4096
#else
#define MMAP SYS_mmap
#define MMAP_UNIT 1
#endif
#ifdef SYS_fstatfs64
#define FSTATFS SYS_fstatfs64
#else
#define FSTATFS SYS_fstatfs
#endif

#define CALL(name, path, value) NAMED(#name, SYS_##name, path, value)
#define NAMED(name, number, path, value)                                                           \
        {                                                                                          \
                name, number, path, value                                                          \
        }

/* Calls by name, and which of their arguments tell more: a path, a number. */
static const struct call {
        const char *name;
        long number;
        int path, value;
} calls[] = {
        CALL(capget, NONE, NONE),
        CALL(capset, NONE, NONE),
        CALL(chdir, 0, NONE),
        CALL(chroot, 0, NONE),
        NAMED("clock_gettime", CALL_CLOCK_GETTIME, NONE, NONE),
        CALL(clone, NONE, NONE),
        CALL(close, NONE, NONE),
        CALL(close_range, NONE, NONE),
        CALL(dup3, NONE, NONE),
        CALL(epoll_ctl, NONE, NONE),
        CALL(eventfd2, NONE, NONE),
        CALL(exit_group, NONE, NONE),
        CALL(faccessat2, 1, NONE),
        CALL(fchdir, NONE, NONE),
        CALL(fchmod, NONE, NONE),
        CALL(fchmodat, 1, NONE),
        NAMED("fchown", CALL_FCHOWN, NONE, NONE),
        CALL(fcntl, NONE, 1),
        CALL(fsconfig, NONE, 1),
        CALL(fsmount, NONE, NONE),
        CALL(fsopen, 0, NONE),
        NAMED("fstatfs", FSTATFS, NONE, NONE),
        CALL(getcwd, NONE, NONE),
        CALL(flock, NONE, NONE),
        CALL(getdents64, NONE, NONE),
        CALL(getsockopt, NONE, NONE),
        CALL(gettid, NONE, NONE),
        CALL(ioctl, NONE, NONE),
        CALL(keyctl, NONE, 0),
        CALL(kill, NONE, NONE),
        CALL(landlock_add_rule, NONE, NONE),
        CALL(landlock_create_ruleset, NONE, 2),
        CALL(landlock_restrict_self, NONE, NONE),
        CALL(madvise, NONE, NONE),
        CALL(mkdirat, 1, NONE),
        CALL(mknodat, 1, NONE),
        NAMED("mmap", MMAP, NONE, NONE),
        CALL(mprotect, NONE, NONE),
        CALL(munmap, NONE, NONE),
        CALL(mount, 1, NONE),
        CALL(mount_setattr, NONE, NONE),
        CALL(move_mount, NONE, NONE),
        CALL(open_tree, 1, NONE),
        CALL(openat, 1, NONE),
        CALL(openat2, 1, NONE),
        CALL(pipe2, NONE, NONE),
        CALL(pivot_root, 0, NONE),
        NAMED("ppoll", CALL_PPOLL, NONE, NONE),
        CALL(prctl, NONE, 0),
        CALL(preadv, NONE, NONE),
        CALL(prlimit64, NONE, NONE),
        CALL(read, NONE, NONE),
        CALL(readlinkat, 1, NONE),
        CALL(renameat2, 1, NONE),
        CALL(rt_sigprocmask, NONE, NONE),
        CALL(sendfile, NONE, NONE),
        NAMED("setfsuid", CALL_SETFSUID, NONE, NONE),
        NAMED("setresuid", CALL_SETRESUID, NONE, NONE),
        CALL(setns, NONE, NONE),
        CALL(statx, 1, NONE),
        CALL(symlinkat, 0, NONE),
        CALL(umount2, 0, NONE),
        CALL(unlinkat, 1, NONE),
        CALL(unshare, NONE, 0),
        NAMED("utimensat", CALL_UTIMENSAT, NONE, NONE),
        CALL(wait4, NONE, NONE),
        CALL(write, NONE, NONE),
};

/* How many times as fast the time passes for who waits with a deadline. */
static long speed = 1;

static struct fault own_fault;
struct fault *fault = &own_fault;

static bool counting, is_builder, is_refresher, environment_read;
static long every = NONE;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void fault_begin(void)
{
        counting = true;
}

void fault_end(void)
{
        counting = false;
}

/* As soon as there is one: allocations begin before constructors do. */
static void read_environment(void)
{
        const char *value;

        if (environment_read || !environ)
                return;
        environment_read = true;
        if ((value = getenv("FAULT_CALL")))
                every = atol(value);
        if ((value = getenv("FAULT_ERROR")))
                own_fault.error = atoi(value);
        if ((value = getenv("FAULT_SPEED")))
                speed = atol(value);
        if ((value = getenv("FAULT_ALLOCATION"))) {
                own_fault.kind = FAULT_OF_ALLOCATION;
                own_fault.wanted = atol(value);
                own_fault.error = ENOMEM;
                counting = true;
        }
}

static void describe(long number, const long *arguments)
{
        const struct call *call = calls;

        while (call->number != number)
                if (++call == calls + sizeof(calls) / sizeof(calls[0])) {
                        snprintf(fault->call, sizeof(fault->call), "call %ld", number);
                        return;
                }
        strcpy(fault->call, call->name);
        if (call->value != NONE)
                sprintf(fault->call + strlen(fault->call), " %ld", arguments[call->value]);
        if (call->path != NONE && arguments[call->path])
                snprintf(fault->call + strlen(fault->call), sizeof(fault->call) / 2, " %s",
                        (const char *)arguments[call->path]);
}

/* Whatever it returns, close(2) has closed. */
static int fail(long number, const long *arguments)
{
        if (fault->error == FAULT_KILL)
                raise(SIGKILL);
        while (fault->error == FAULT_HANG)
                pause();
        if (number == SYS_close)
                next(number, arguments[0]);
        errno = fault->error;
        return -1;
}

/* Is this the call that fails? */
static bool fails(enum fault_kind kind)
{
        read_environment();
        return counting && !is_refresher && kind == fault->kind &&
               ++fault->counted == fault->wanted;
}

/* Is it asked of one in a long row of numbers that are not open? One of 64 stands for the others.
 */
static bool is_one_of_many(long number, const long *arguments)
{
        return number == SYS_fcntl && arguments[1] == F_GETFL && arguments[0] >= 16 &&
               arguments[0] % 64 && next(number, arguments[0], F_GETFD) < 0;
}

static bool call_fails(long number, const long *arguments)
{
        if (is_one_of_many(number, arguments))
                return false;
        /* Who has reported may be killed before it ends by itself, and counts would differ. */
        if (number != SYS_exit_group && fails(is_builder ? FAULT_OF_BUILDER : FAULT_OF_SERVER)) {
                describe(number, arguments);
                return true;
        }
        /* What is tried before the start is let pass. */
        return number == every && !is_builder;
}

static bool allocation_fails(void)
{
        if (!fails(FAULT_OF_ALLOCATION))
                return false;
        strcpy(fault->call, "allocation");
        errno = ENOMEM;
        return true;
}

static void multiply_time(struct __kernel_timespec *time, long factor, long divisor)
{
        int64_t nanoseconds = (time->tv_sec * SECOND + time->tv_nsec) / divisor * factor;

        *time = (struct __kernel_timespec){nanoseconds / SECOND, nanoseconds % SECOND};
}

static long call_in_fast_time(long number, const long *arguments)
{
        struct __kernel_timespec *time = (void *)arguments[number == CALL_PPOLL ? 2 : 1], wait;
        long result;

        if (number == CALL_PPOLL) {
                wait = *time;
                multiply_time(&wait, 1, speed);
                return next(number, arguments[0], arguments[1], &wait, arguments[3]);
        }
        result = next(number, arguments[0], arguments[1]);
        multiply_time(time, speed, 1);
        return result;
}

static long layer_call(long number, const long *arguments)
{
        long result;

        /* What lives on beside the server is no builder, and has its own time. */
        is_refresher |= is_builder && number == SYS_prctl && arguments[0] == PR_SET_NAME;
        if (call_fails(number, arguments))
                return fail(number, arguments);
        if (speed > 1 && (number == CALL_CLOCK_GETTIME || number == CALL_PPOLL))
                return call_in_fast_time(number, arguments);
        result = call_next(number, arguments);
        if (number == SYS_clone && result == 0)
                is_builder = true;
        return result;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
        return (void *)syscall(MMAP, address, size, protection, flags, fd, offset / MMAP_UNIT);
}

int madvise(void *address, size_t size, int advice)
{
        return (int)syscall(SYS_madvise, address, size, advice);
}

void *malloc(size_t size)
{
        return allocation_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
        return allocation_fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
        return allocation_fails() ? NULL : __libc_realloc(memory, size);
}
