/*
 * Preloaded beside the shim: while a worker enters, another opens a directory outside, by the
 * number $LATE_NUMBER, and ends: a "thread" just before the shim asks whether there is one, or a
 * "process" with the same table of descriptors just before the root changes ($LATE). That goes to
 * this directory later, in which the worker would be as well if they shared it.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "layer.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Links of /proc/self/task where there is one thread. */
#define ALONE 3

static bool is_worker, is_inside;
static int ends[2];
static pid_t process;

static void open_directory(void)
{
        long fd = next(SYS_openat, AT_FDCWD, "/etc", O_RDONLY | O_DIRECTORY);

        next(SYS_dup3, fd, atoi(getenv("LATE_NUMBER")), 0);
        next(SYS_close, fd);
}

static void *run_thread(void *unused)
{
        open_directory();
        return unused;
}

static nlink_t count_links(void)
{
        struct stat facts;

        return stat("/proc/self/task", &facts) < 0 ? 0 : facts.st_nlink;
}

/*
 * Past the shim's hook, which has who starts a thread enter. Who has joined it does not know yet
 * whether the kernel has forgotten it.
 */
static void let_thread_open(void)
{
        __typeof__(&pthread_create) create =
                (__typeof__(&pthread_create))dlsym(RTLD_NEXT, "pthread_create");
        pthread_t thread;

        if (create(&thread, NULL, run_thread, NULL) != 0)
                _exit(98);
        pthread_join(thread, NULL);
        while (count_links() != ALONE)
                sched_yield();
}

static void start_process(void)
{
        char byte;

        socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
        process = (pid_t)next(SYS_clone, CLONE_FILES | CLONE_FS, 0, 0, 0, 0);
        if (process != 0)
                return;
        next(SYS_read, ends[0], &byte, 1);
        open_directory();
        next(SYS_write, ends[0], "", 1);
        next(SYS_read, ends[0], &byte, 1);
        next(SYS_fchdir, atoi(getenv("LATE_NUMBER")));
        next(SYS_exit_group, 0);
}

static void let_process_open(void)
{
        char byte;

        next(SYS_write, ends[1], "", 1);
        next(SYS_read, ends[1], &byte, 1);
        is_inside = true;
}

static void let_process_move(void)
{
        next(SYS_write, ends[1], "", 1);
        next(SYS_wait4, process, NULL, __WCLONE, NULL);
        is_inside = false;
}

static void happen_before(long number)
{
        const bool by_thread = strcmp(getenv("LATE"), "thread") == 0;

        if (number == SYS_unshare)
                (by_thread ? let_thread_open : start_process)();
        if (number == SYS_chroot && !by_thread)
                let_process_open();
        if (number == SYS_capset && is_inside)
                let_process_move();
}

static long layer_call(long number, const long *arguments)
{
        if (is_worker)
                happen_before(number);
        return call_next(number, arguments);
}

static void in_child(void)
{
        is_worker = true;
}

static void __attribute__((constructor)) prepare(void)
{
        pthread_atfork(NULL, NULL, in_child);
}
