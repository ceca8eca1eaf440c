/* Measures children from fork() until they serve, and until their end: bare, after chroot(2), or as
 * workers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 200 };

/* A jail that was changed a moment ago, as at a start, is looked at by each child
 * (shim/jail/seen.h). Microseconds. */
enum { START = 400000 };

/* What a child leaves in memory that it shares with its parent. */
struct report {
        double served_at;
        long faults;
        bool jailed;
};

/* Nanoseconds of each fork. */
struct times {
        double serving[FORKS];
        double end[FORKS];
};

static struct report *report;

static void child_run(const char *chroot_to, bool traced)
{
        struct rusage usage;

        if (chroot_to != NULL && (chdir(chroot_to) < 0 || chroot(".") < 0))
                fail(chroot_to);
        serve();
        report->served_at = clock_ns();
        /* Who counts the steps of this process sees by it that it serves: tests/bench/steps.c. */
        if (traced)
                raise(SIGUSR1);
        getrusage(RUSAGE_SELF, &usage);
        report->faults = usage.ru_minflt;
        /* The root directory tells where it ended: only the jail has /htdocs. */
        report->jailed = access("/htdocs", F_OK) == 0;
        _exit(EXIT_SUCCESS);
}

static void fork_once(const char *chroot_to, bool traced, double *ret_serving, double *ret_end)
{
        int status;
        double start = clock_ns();
        pid_t child = fork();

        if (child < 0)
                fail("fork");
        if (child == 0)
                child_run(chroot_to, traced);
        if (waitpid(child, &status, 0) < 0)
                fail("waitpid");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
                errno = ECHILD;
                fail("a child died");
        }
        *ret_serving = report->served_at - start;
        *ret_end = clock_ns() - start;
}

static int compare(const void *a, const void *b)
{
        double difference = *(const double *)a - *(const double *)b;

        return difference < 0 ? -1 : difference > 0;
}

static void print(struct times *times, int count)
{
        qsort(times->serving, (size_t)count, sizeof(double), compare);
        qsort(times->end, (size_t)count, sizeof(double), compare);
        printf("%.0f %.0f %.0f %ld\n", times->serving[0], times->serving[count / 2], times->end[0],
                report->faults);
}

int main(int argc, char **argv)
{
        static struct times times;
        bool bare, traced;
        const char *chroot_to;
        int count;

        if (argc < 3) {
                fprintf(stderr, "usage: forks bare|chroot|worker JAIL [TRACED FORKS]\n");
                return EXIT_FAILURE;
        }
        bare = strcmp(argv[1], "bare") == 0;
        chroot_to = strcmp(argv[1], "chroot") == 0 ? argv[2] : NULL;
        traced = argc > 3;
        count = traced ? atoi(argv[3]) : FORKS;
        report = mmap(
                NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (report == MAP_FAILED)
                fail("mmap");
        listen_somewhere();
        fork_once(chroot_to, traced, &times.serving[0], &times.end[0]);
        usleep(START);
        for (int i = 0; i < count && i < FORKS; i++) {
                fork_once(chroot_to, traced, &times.serving[i], &times.end[i]);
                if (report->jailed == bare) {
                        errno = ECHILD;
                        fail(bare ? "a bare child was jailed" : "a child was not jailed");
                }
        }
        print(&times, count);
        return EXIT_SUCCESS;
}
