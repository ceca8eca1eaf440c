/* Actions of servers of other kinds: of datagrams, with a root of their own, with other ids. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static sigjmp_buf out;

/* Bound to a port that was free a moment ago, with a datagram that waits. */
ACTION(datagrams, "datagrams")
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof(address);
        int finder = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (bind(finder, (struct sockaddr *)&address, size) < 0 ||
                getsockname(finder, (struct sockaddr *)&address, &size) < 0)
                fail("port");
        close(finder);
        incoming = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (bind(incoming, (struct sockaddr *)&address, size) < 0 ||
                sendto(incoming, "x", 1, 0, (struct sockaddr *)&address, size) != 1)
                fail("datagrams");
}

/* One who asks: its port is of the kernel's choice. */
ACTION(ask, "ask")
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof(address);

        incoming = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (bind(incoming, (struct sockaddr *)&address, size) < 0 ||
                getsockname(incoming, (struct sockaddr *)&address, &size) < 0 ||
                sendto(incoming, "x", 1, 0, (struct sockaddr *)&address, size) != 1)
                fail("ask");
}

ACTION(read, "read")
{
        char byte;

        if (read(incoming, &byte, 1) != 1)
                fail("read");
}

ACTION(stream, "stream")
{
        FILE *file = fdopen(incoming, "r");

        if (!file || fgetc(file) != 'x')
                fail("stream");
}

/* What was inherited, under a number that was once that of a socket of its own. */
ACTION(reuse, "reuse")
{
        int own = socket(AF_INET, SOCK_STREAM, 0);

        if (dup2(incoming, own) < 0)
                fail("dup2");
        incoming = own;
}

ACTION(keep_open, "keep-open")
{
        if (fcntl(listener, F_SETFD, 0) < 0)
                fail("keep-open");
}

ACTION(real_uid, "real-uid")
{
        if (setreuid((uid_t)atoi(next_argument()), (uid_t)-1) < 0)
                fail("setreuid");
}

static void *wait_for_ever(void *unused)
{
        pause();
        return unused;
}

ACTION(start_thread, "start-thread")
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
                fail("thread");
}

static void jump(int number)
{
        siglongjmp(out, 1);
}

/* Out of a look-up: the module that looks up raises this signal (nss_touching.c). */
ACTION(jump_out, "jump-out-of-look-up")
{
        signal(SIGURG, jump);
        if (sigsetjmp(out, 1) == 0)
                getpwnam(next_argument());
}

static void go_on_in_child(int number)
{
        pid_t child = fork();

        if (child)
                _exit(status_of(child));
        perform_the_rest(NULL);
        _exit(0);
}

ACTION(fork_in, "fork-in-look-up")
{
        signal(SIGURG, go_on_in_child);
        getpwnam(next_argument());
}

/* To a number out of the usual range. */
ACTION(raise, "raise")
{
        incoming = fcntl(incoming, F_DUPFD_CLOEXEC, 1500);
        if (incoming < 0)
                fail("raise");
}

/* A worker that was forked before its parent listens, and is sent a connection. */
ACTION(passed, "passed")
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr header;
        } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
                             .cmsg_level = SOL_SOCKET,
                             .cmsg_type = SCM_RIGHTS}};
        char byte = 'x';
        struct iovec piece = {&byte, 1};
        struct msghdr message = {.msg_iov = &piece,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control)};
        socklen_t size = sizeof(address);
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
                fail("pair");
        if (fork() == 0) {
                if (setuid((uid_t)atoi(next_argument())) < 0 || recvmsg(pair[1], &message, 0) != 1)
                        fail("worker");
                perform_the_rest(NULL);
                _exit(0);
        }
        listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        incoming = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 1) < 0 ||
                getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
                connect(incoming, (struct sockaddr *)&address, size) < 0)
                fail("connection");
        *(int *)CMSG_DATA(&control.header) = incoming;
        if (sendmsg(pair[0], &message, 0) != 1)
                fail("sendmsg");
        status_of(-1);
        _exit(0);
}

ACTION(seteuid, "seteuid")
{
        if (seteuid((uid_t)atoi(next_argument())) < 0)
                fail("seteuid");
}
