/*
 * Preloaded into a server: holds descriptors open from its start, as a leak would leave them.
 *
 * $INHERITED has words "NUMBER:KIND[+cloexec][:PATH]", for the program $INHERITED_BY. What is above
 * the limit of open files was opened before the limit was set.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIMIT 1024

/* Past all hooks. */
static int open_kind(const char *kind, const char *path)
{
        int ends[2] = {-1, -1};

        if (strncmp(kind, "directory", 9) == 0)
                return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
        if (strncmp(kind, "handle", 6) == 0)
                return (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
        if (strncmp(kind, "file", 4) == 0)
                return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
        if (strncmp(kind, "epoll", 5) == 0)
                return (int)syscall(SYS_epoll_create1, 0);
        if (strncmp(kind, "socket", 6) == 0)
                return (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
        syscall(SYS_pipe2, ends, 0);
        return ends[0];
}

static void hold(char *word)
{
        char *kind = strchr(word, ':') + 1, *path = strchr(kind, ':');
        int fd = open_kind(kind, path ? path + 1 : NULL);

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
