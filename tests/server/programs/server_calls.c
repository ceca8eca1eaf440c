/* Actions that are one call, by which a process may become a worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

ACTION(setuid, "setuid")
{
        if (setuid((uid_t)atoi(next_argument())) < 0)
                fail("setuid");
}

/* There may be no client. */
ACTION(accept, "accept")
{
        int connection = accept(listener, NULL, NULL);

        if (connection >= 0)
                incoming = connection;
}

ACTION(recv, "recv")
{
        char byte;

        if (recv(incoming, &byte, 1, MSG_DONTWAIT) != 1)
                fail("recv");
}

ACTION(recvmsg, "recvmsg")
{
        char byte;
        struct iovec part = {&byte, 1};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

        if (recvmsg(incoming, &message, MSG_DONTWAIT) != 1)
                fail("recvmsg");
}

ACTION(recvmmsg, "recvmmsg")
{
        char byte;
        struct iovec part = {&byte, 1};
        struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};

        if (recvmmsg(incoming, &message, 1, MSG_DONTWAIT, NULL) != 1)
                fail("recvmmsg");
}

ACTION(epoll_wait, "epoll_wait")
{
        epoll_wait(epoll_create1(0), &(struct epoll_event){0}, 1, 0);
}

static void *idle(void *unused)
{
        return unused;
}

ACTION(pthread_create, "pthread_create")
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, idle, NULL) == 0)
                pthread_join(thread, NULL);
}

ACTION(stat, "stat")
{
        struct stat facts;

        stat(next_argument(), &facts);
}

ACTION(bind, "bind")
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(sa_family_t));
}

ACTION(connect, "connect")
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        strncpy(address.sun_path, next_argument(), sizeof(address.sun_path) - 1);
        connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(address));
}

ACTION(poll, "poll")
{
        poll(NULL, 0, 0);
}

ACTION(select, "select")
{
        select(0, NULL, NULL, NULL, &(struct timeval){0});
}

ACTION(sigwait, "sigwait")
{
        sigset_t none;

        sigemptyset(&none);
        sigtimedwait(&none, NULL, &(struct timespec){0});
}

ACTION(initgroups, "initgroups")
{
        int result;

        errno = 0;
        result = initgroups(next_argument(), 1);
        printf("initgroups %d %s\n", result, strerrorname_np(errno));
}

ACTION(getpwnam, "getpwnam")
{
        printf("getpwnam %s\n", getpwnam(next_argument()) ? "found" : "not found");
}
