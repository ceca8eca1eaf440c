/* Actions of servers of other kinds: of datagrams, with a root of their own, with other ids. */
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

ACTION(thread, "thread")
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
