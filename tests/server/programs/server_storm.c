/* Actions of a server whose workers die: it forks them, and waits for them in all of libc's ways.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t __wait(int *status);
pid_t __waitpid(pid_t pid, int *status, int options);

static pid_t by_wait(void)
{
        return wait(NULL);
}

static pid_t by_old_wait(void)
{
        int status;

        return __wait(&status);
}

static pid_t by_waitpid(void)
{
        int status;

        return waitpid(-1, &status, WUNTRACED);
}

static pid_t by_old_waitpid(void)
{
        return __waitpid(-1, NULL, 0);
}

static pid_t by_wait3(void)
{
        struct rusage usage;

        return wait3(NULL, 0, &usage);
}

static pid_t by_wait4(void)
{
        int status;

        return wait4(-1, &status, 0, NULL);
}

/* After a look, which does not count twice. */
static pid_t by_waitid(void)
{
        siginfo_t info;

        if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) < 0 ||
                waitid(P_PID, (id_t)info.si_pid, NULL, WEXITED) < 0)
                return -1;
        return info.si_pid;
}

static const struct {
        const char *name;
        pid_t (*wait)(void);
} ways[] = {{"wait", by_wait}, {"__wait", by_old_wait}, {"waitpid", by_waitpid},
        {"__waitpid", by_old_waitpid}, {"wait3", by_wait3}, {"wait4", by_wait4},
        {"waitid", by_waitid}};

static void end_as(const char *way)
{
        if (strncmp(way, "SIG", 3) == 0)
                raise(atoi(way + 3));
        _exit(atoi(way));
}

/*
 * "storm WAIT END COUNT": so many workers, one after the other, give up root and end with a status,
 * or by a signal: "SIG6". Tells how many there were, or at which one fork() failed.
 */
ACTION(storm, "storm")
{
        const char *wait_name = next_argument(), *end = next_argument();
        int count = atoi(next_argument()), i;
        size_t way = 0;

        while (strcmp(ways[way].name, wait_name) != 0)
                way++;
        for (i = 0; i < count; i++) {
                pid_t child = fork();

                if (child < 0)
                        break;
                if (child == 0) {
                        if (setuid(NOBODY) < 0)
                                fail("setuid");
                        end_as(end);
                }
                if (ways[way].wait() != child)
                        fail("storm");
        }
        printf("%d workers%s\n", i,
                i == count        ? ""
                : errno == EAGAIN ? ", EAGAIN"
                                  : strerror(errno));
}

static void refill(void)
{
        struct sockaddr_in address;
        socklen_t size = sizeof(address);

        if (getsockname(incoming, (struct sockaddr *)&address, &size) < 0 ||
                sendto(incoming, "x", 1, 0, (struct sockaddr *)&address, size) != 1)
                fail("refill");
}

/* "storm-of COUNT ...": so many workers that do what follows, with a datagram, and abort. */
ACTION(storm_of, "storm-of")
{
        int count = atoi(next_argument());

        for (int i = 0; i < count; i++) {
                pid_t child;

                refill();
                child = fork();
                if (child == 0) {
                        if (setuid(NOBODY) < 0)
                                fail("setuid");
                        perform_the_rest(NULL);
                        abort();
                }
                if (status_of(child) != 128 + SIGABRT)
                        fail("storm-of");
        }
        printf("%d workers\n", count);
        exit(0);
}

/* A client's connection that comes over a local socket. */
ACTION(be_sent, "be-sent")
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof(address);
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr header;
        } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
                             .cmsg_level = SOL_SOCKET,
                             .cmsg_type = SCM_RIGHTS}};
        struct iovec piece = {(char[]){"x"}, 1};
        struct msghdr message = {.msg_iov = &piece,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control)};
        int pair[2], own = socket(AF_INET, SOCK_STREAM, 0),
                     client = socket(AF_INET, SOCK_STREAM, 0);

        if (bind(own, (struct sockaddr *)&address, size) < 0 || listen(own, 1) < 0 ||
                getsockname(own, (struct sockaddr *)&address, &size) < 0 ||
                connect(client, (struct sockaddr *)&address, size) < 0 ||
                socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
                fail("be-sent");
        *(int *)CMSG_DATA(&control.header) = client;
        if (sendmsg(pair[0], &message, 0) != 1 || recvmsg(pair[1], &message, 0) != 1)
                fail("be-sent");
}

/* Memory that it shares with its master, and its size; NULL without any. */
static char *shared_memory(size_t *ret_size)
{
        FILE *maps = fopen("/proc/self/maps", "r");
        char line[512], rights[8];
        unsigned long begin, end;

        while (maps && fgets(line, sizeof(line), maps))
                if (sscanf(line, "%lx-%lx %7s", &begin, &end, rights) == 3 &&
                        strcmp(rights, "rw-s") == 0) {
                        fclose(maps);
                        *ret_size = end - begin;
                        return (char *)begin;
                }
        return NULL;
}

/* A worker that has accepted and was broken into: it says for all that nobody has served. */
ACTION(broken_child, "broken-child")
{
        int ready[2], life[2];
        char byte = 'x';

        if (pipe(ready) < 0 || pipe(life) < 0)
                fail("pipe");
        if (fork() == 0) {
                size_t size = 0;
                char *memory = shared_memory(&size);

                close(life[1]);
                if (!memory || setuid(NOBODY) < 0 || accept(listener, NULL, NULL) < 0)
                        fail("broken-child");
                memset(memory, 1, size);
                if (write(ready[1], &byte, 1) != 1)
                        fail("broken-child");
                _exit((int)read(life[0], &byte, 1));
        }
        close(ready[1]);
        if (read(ready[0], &byte, 1) != 1)
                fail("broken-child");
}

/* A worker that has accepted, and lives as long as its parent. */
ACTION(serving_child, "serving-child")
{
        int ready[2], life[2];
        char byte = 'x';

        if (pipe(ready) < 0 || pipe(life) < 0)
                fail("pipe");
        if (fork() == 0) {
                close(life[1]);
                if (setuid(NOBODY) < 0 || accept(listener, NULL, NULL) < 0 ||
                        write(ready[1], &byte, 1) != 1)
                        fail("serving-child");
                _exit((int)read(life[0], &byte, 1));
        }
        close(ready[1]);
        if (read(ready[0], &byte, 1) != 1)
                fail("serving-child");
}

ACTION(ignore_term, "ignore-term")
{
        signal(SIGTERM, SIG_IGN);
}
