/* Times a child from fork() until it serves, and its end: bare, after chroot(2), or as a worker. */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCHES = 150, FORKS_PER_BATCH = 5 };

static void child_run(const char *chroot_to)
{
        if (chroot_to != NULL && (chdir(chroot_to) < 0 || chroot(".") < 0))
                fail(chroot_to);
        serve();
        /* The root directory tells its parent where it ended: only the jail has /htdocs. */
        _exit(access("/htdocs", F_OK) == 0);
}

static void fork_once(const char *chroot_to, bool must_be_jailed)
{
        int status;
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
}

static double batch_time(const char *chroot_to, bool must_be_jailed)
{
        double start = clock_ns();

        for (int i = 0; i < FORKS_PER_BATCH; i++)
                fork_once(chroot_to, must_be_jailed);
        return (clock_ns() - start) / FORKS_PER_BATCH;
}

int main(int argc, char **argv)
{
        double best = INFINITY;
        bool bare, chrooting;

        if (argc != 3) {
                fprintf(stderr, "usage: forks bare|chroot|worker JAIL\n");
                return EXIT_FAILURE;
        }
        bare = strcmp(argv[1], "bare") == 0;
        chrooting = strcmp(argv[1], "chroot") == 0;
        listen_somewhere();
        for (int batch = 0; batch < BATCHES; batch++)
                best = least(best, batch_time(chrooting ? argv[2] : NULL, !bare));
        printf("%.0f\n", best);
        return EXIT_SUCCESS;
}
