/*
 * Preloaded into a server: holds descriptors open from its start, as a leak would leave them.
 *
 * $INHERITED has words "NUMBER:KIND[+cloexec][:PATH]", for the program $INHERITED_BY. What is above
 * the limit of open files was opened before the limit was set.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LIMIT 1024

static int open_perf(void)
{
        struct perf_event_attr attributes = {
                .type = PERF_TYPE_SOFTWARE, .size = sizeof(attributes)};

        return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static int open_bpf_map(void)
{
        union bpf_attr attributes = {
                .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

        return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes));
}

static int open_ring(void)
{
        struct io_uring_params parameters = {0};

        return (int)syscall(SYS_io_uring_setup, 4, &parameters);
}

/* Who listens to a filter that lets all pass. */
static int open_listener(void)
{
        struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        struct sock_fprog filter = {.len = 1, .filter = &pass};

        return (int)syscall(
                SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

static int open_pipe(void)
{
        int ends[2] = {-1, -1};

        syscall(SYS_pipe2, ends, 0);
        return ends[0];
}

static int open_signals(void)
{
        uint64_t none = 0;

        return (int)syscall(SYS_signalfd4, -1, &none, sizeof(none), 0);
}

static bool is(const char *kind, const char *word)
{
        size_t length = strlen(word);

        return strncmp(kind, word, length) == 0 && (!kind[length] || strchr("+:", kind[length]));
}

/* What has a path. */
static int open_path(const char *kind, const char *path)
{
        if (is(kind, "directory"))
                return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
        if (is(kind, "handle"))
                return (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
        return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NOCTTY, 0);
}

/* Past all hooks. */
static int open_kind(const char *kind)
{
        if (is(kind, "epoll"))
                return (int)syscall(SYS_epoll_create1, 0);
        if (is(kind, "eventfd"))
                return (int)syscall(SYS_eventfd2, 0, 0);
        if (is(kind, "timerfd"))
                return (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
        if (is(kind, "signalfd"))
                return open_signals();
        if (is(kind, "memfd"))
                return (int)syscall(SYS_memfd_create, "memory", 0);
        if (is(kind, "inotify"))
                return (int)syscall(SYS_inotify_init1, 0);
        if (is(kind, "fanotify"))
                return (int)syscall(SYS_fanotify_init, 0, 0);
        if (is(kind, "ring"))
                return open_ring();
        if (is(kind, "pidfd"))
                return (int)syscall(SYS_pidfd_open, getpid(), 0);
        if (is(kind, "perf"))
                return open_perf();
        if (is(kind, "bpf"))
                return open_bpf_map();
        if (is(kind, "userfaultfd"))
                return (int)syscall(SYS_userfaultfd, 0);
        if (is(kind, "listener"))
                return open_listener();
        if (is(kind, "socket"))
                return (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
        return open_pipe();
}

static void hold(char *word)
{
        char *kind = strchr(word, ':') + 1, *path = strchr(kind, ':');
        int fd = path ? open_path(kind, path + 1) : open_kind(kind);

        if (fd < 0 ||
                syscall(SYS_dup3, fd, atoi(word), strstr(kind, "+cloexec") ? O_CLOEXEC : 0) < 0)
                _exit(98);
        syscall(SYS_close, fd);
}

static void __attribute__((constructor)) hold_all(void)
{
        const char *words = getenv("INHERITED"), *program = getenv("INHERITED_BY");
        struct rlimit limit, all;
        char *copy, *rest;

        if (!words || !program || strcmp(program, program_invocation_short_name) != 0)
                return;
        getrlimit(RLIMIT_NOFILE, &limit);
        all = (struct rlimit){limit.rlim_max, limit.rlim_max};
        limit.rlim_cur = LIMIT;
        setrlimit(RLIMIT_NOFILE, &all);
        copy = rest = strdup(words);
        for (char *word; (word = strsep(&rest, " "));)
                hold(word);
        free(copy);
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
                _exit(98);
}
