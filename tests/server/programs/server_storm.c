/* Actions of a server whose workers die: it forks them, and waits for them in all of libc's ways.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <errno.h>
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
