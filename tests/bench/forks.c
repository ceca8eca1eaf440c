/* Times a child from fork() until it serves, and its end: bare, after chroot(2), or as a worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 150 };

/* In memory that a child shares: when it began to serve. */
static double *served_at;

/* Nanoseconds. */
struct times {
        double serving;
        double end;
};

static void child_run(const char *chroot_to)
{
        if (chroot_to != NULL && (chdir(chroot_to) < 0 || chroot(".") < 0))
                fail(chroot_to);
        serve();
        *served_at = clock_ns();
        /* The root directory tells its parent where it ended: only the jail has /htdocs. */
        _exit(access("/htdocs", F_OK) == 0);
}

static struct times fork_once(const char *chroot_to, bool must_be_jailed)
{
        int status;
        double start = clock_ns();
        pid_t child = fork();

        if (child < 0)
                fail("fork");
        if (child == 0)
                child_run(chroot_to);
        if (waitpid(child, &status, 0) < 0)
                fail("waitpid");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != must_be_jailed) {
                errno = ECHILD;
                fail(must_be_jailed ? "a child was not jailed" : "a bare child was jailed or died");
        }
        return (struct times){*served_at - start, clock_ns() - start};
}

int main(int argc, char **argv)
{
        struct times best = {INFINITY, INFINITY};
        bool bare, chrooting;

        if (argc != 3) {
                fprintf(stderr, "usage: forks bare|chroot|worker JAIL\n");
                return EXIT_FAILURE;
        }
        bare = strcmp(argv[1], "bare") == 0;
        chrooting = strcmp(argv[1], "chroot") == 0;
        served_at = mmap(NULL, sizeof(*served_at), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (served_at == MAP_FAILED)
                fail("mmap");
        listen_somewhere();
        for (int i = 0; i < FORKS; i++) {
                struct times times = fork_once(chrooting ? argv[2] : NULL, !bare);

                best.serving = least(best.serving, times.serving);
                best.end = least(best.end, times.end);
        }
        printf("%.0f %.0f\n", best.serving, best.end);
        return EXIT_SUCCESS;
}
