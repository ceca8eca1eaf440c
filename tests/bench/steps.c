/* Counts what does not drift: instructions and system calls of a child from fork() until it serves.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first children are not like the others: what their master looks at once, it does for them. */
enum { FORKS = 5, CHILD_STEPPED = 4, CHILD_CALLING = 5 };

static void go_on(int how, pid_t pid, int signal_number)
{
        if (ptrace((enum __ptrace_request)how, pid, NULL, (long)signal_number) < 0)
                fail("ptrace");
}

static void run_traced(char **arguments)
{
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
                fail("ptrace");
        execv(arguments[0], arguments);
        fail(arguments[0]);
}

/* Stop after stop of a child, until it says that it serves. Return: how many there were. */
static long count_stops(pid_t child, int how)
{
        long stops = 0;
        int status;

        for (;;) {
                go_on(how, child, 0);
                if (waitpid(child, &status, __WALL) < 0 || !WIFSTOPPED(status)) {
                        errno = ECHILD;
                        fail("a child ended before it served");
                }
                if (WSTOPSIG(status) == SIGUSR1)
                        return stops;
                stops++;
        }
}

/* A new child has stopped. */
static void count_child(pid_t child, int number, long *ret_steps, long *ret_calls)
{
        if (number == CHILD_STEPPED)
                *ret_steps = count_stops(child, PTRACE_SINGLESTEP);
        else if (number == CHILD_CALLING)
                *ret_calls = count_stops(child, PTRACE_SYSCALL) / 2;
        go_on(PTRACE_CONT, child, 0);
}

int main(int argc, char **argv)
{
        long steps = 0, calls = 0;
        int status, children = 0;
        pid_t server, pid;

        if (argc < 2) {
                fprintf(stderr, "usage: steps PROGRAM ARGUMENT...\n");
                return EXIT_FAILURE;
        }
        server = fork();
        if (server < 0)
                fail("fork");
        if (server == 0)
                run_traced(argv + 1);
        if (waitpid(server, &status, 0) < 0 || !WIFSTOPPED(status) ||
                ptrace(PTRACE_SETOPTIONS, server, NULL,
                        (long)(PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL)) < 0)
                fail("ptrace");
        go_on(PTRACE_CONT, server, 0);
        while ((pid = waitpid(-1, &status, __WALL)) > 0) {
                int number;

                if (!WIFSTOPPED(status)) {
                        if (pid == server)
                                break;
                        continue;
                }
                number = WSTOPSIG(status);
                if (pid != server && number == SIGSTOP)
                        count_child(pid, ++children, &steps, &calls);
                else
                        go_on(PTRACE_CONT, pid,
                                number == SIGTRAP || number == SIGUSR1 ? 0 : number);
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS || children != FORKS) {
                errno = ECHILD;
                fail(argv[1]);
        }
        printf("%ld %ld\n", steps, calls);
        return EXIT_SUCCESS;
}
