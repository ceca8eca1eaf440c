/*
 * Preloaded in front of the shim: a worker whose jail has the file /storm ends by itself, in the
 * way that the file says: by a "signal" or a "status" before it waits for clients, or by a signal
 * once it has "accepted" one.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Past all hooks: the root of the host has no such file. */
static void end_if_due(const char *first, const char *second)
{
        char way[16] = "";
        int fd = (int)syscall(SYS_openat, AT_FDCWD, "/storm", O_RDONLY);

        if (fd < 0)
                return;
        if (syscall(SYS_read, fd, way, sizeof(way) - 1) > 0) {
                if (strcmp(way, first) == 0)
                        abort();
                if (second && strcmp(way, second) == 0)
                        _exit(4);
        }
        syscall(SYS_close, fd);
}

int epoll_create(int size)
{
        int (*next)(int size);

        end_if_due("signal", "status");
        *(void **)&next = dlsym(RTLD_NEXT, "epoll_create");
        return next(size);
}

int epoll_create1(int flags)
{
        int (*next)(int flags);

        end_if_due("signal", "status");
        *(void **)&next = dlsym(RTLD_NEXT, "epoll_create1");
        return next(flags);
}

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
        int (*next)(int fd, struct sockaddr *address, socklen_t *length, int flags);
        int client;

        *(void **)&next = dlsym(RTLD_NEXT, "accept4");
        client = next(fd, address, length, flags);
        if (client >= 0)
                end_if_due("accepted", NULL);
        return client;
}
