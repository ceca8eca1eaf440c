/* What the benchmark programs share: clock, failure, and how a process becomes a worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double clock_ns(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double least(double a, double b)
{
        return a < b ? a : b;
}

_Noreturn void fail(const char *what)
{
        fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
        exit(EXIT_FAILURE);
}

void listen_somewhere(void)
{
        const struct sockaddr any_name = {.sa_family = AF_UNIX};
        int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (listener < 0 || bind(listener, &any_name, sizeof(any_name.sa_family)) < 0 ||
                listen(listener, 1) < 0)
                fail("listen");
}

void serve(void)
{
        struct epoll_event event;
        int epoll = epoll_create1(EPOLL_CLOEXEC);

        if (epoll < 0 || epoll_wait(epoll, &event, 1, 0) < 0)
                fail("epoll_wait");
        close(epoll);
}
