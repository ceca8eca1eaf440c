/* Measures children from fork() until they serve, and until their end: bare, after chroot(2), or as
 * workers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Look-ups of accounts may ask other processes, and take their time. */
enum { FORKS = 200, FORKS_DROPPING = 40 };

/* A jail that was changed a moment ago, as at a start, is looked at by each child
 * (shim/jail/seen.h). Microseconds. */
enum { START = 400000 };

#define NOBODY 65534

/* What a child is to do: change its root, give up root as servers do, say that it serves. */
struct way {
        const char *chroot_to;
        bool drops, traced;
};

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

/* Groups, jail, user: the order of httpd's and OpenSSH's. A master of the shim leaves out the jail.
 */
static void child_run(const struct way *way)
{
        struct rusage usage;

        if (way->drops && (setgid(NOBODY) < 0 || initgroups("nobody", NOBODY) < 0))
                fail("initgroups");
        if (way->chroot_to != NULL && (chdir(way->chroot_to) < 0 || chroot(".") < 0))
                fail(way->chroot_to);
        if (way->drops && setuid(NOBODY) < 0)
                fail("setuid");
        serve();
        report->served_at = clock_ns();
        /* Who counts the steps of this process sees by it that it serves: tests/bench/steps.c. */
        if (way->traced)
                raise(SIGUSR1);
        getrusage(RUSAGE_SELF, &usage);
        report->faults = usage.ru_minflt;
        /* The root directory tells where it ended: only the jail has /htdocs. */
        report->jailed = access("/htdocs", F_OK) == 0;
        _exit(EXIT_SUCCESS);
}

static void fork_once(const struct way *way, double *ret_serving, double *ret_end)
{
        int status;
        double start = clock_ns();
        pid_t child = fork();

        if (child < 0)
                fail("fork");
        if (child == 0)
                child_run(way);
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
        struct way way;
        bool bare;
        int count;

        if (argc < 4) {
                fprintf(stderr, "usage: forks bare|chroot|worker JAIL stay|drop [TRACED FORKS]\n");
                return EXIT_FAILURE;
        }
        bare = strcmp(argv[1], "bare") == 0;
        way = (struct way){.chroot_to = strcmp(argv[1], "chroot") == 0 ? argv[2] : NULL,
                .drops = strcmp(argv[3], "drop") == 0,
                .traced = argc > 4};
        count = way.traced ? atoi(argv[4]) : way.drops ? FORKS_DROPPING : FORKS;
        report = mmap(
                NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (report == MAP_FAILED)
                fail("mmap");
        listen_somewhere();
        fork_once(&way, &times.serving[0], &times.end[0]);
        usleep(START);
        for (int i = 0; i < count && i < FORKS; i++) {
                fork_once(&way, &times.serving[i], &times.end[i]);
                if (report->jailed == bare) {
                        errno = ECHILD;
                        fail(bare ? "a bare child was jailed" : "a child was not jailed");
                }
        }
        print(&times, count);
        return EXIT_SUCCESS;
}
