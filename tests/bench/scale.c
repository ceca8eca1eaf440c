/* A server of so many workers and descriptors, that forks one more each time it is asked to. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A child tells, in memory that it shares, when it began to serve, and how many pages it took. */
struct told {
        volatile double served;
        long faults;
};

static struct told *told;

/* A call that does nothing: in a trace it parts what is before it from what comes after. */
static void mark(int number)
{
        lseek(-1, number, SEEK_SET);
}

static void open_descriptors(int count)
{
        const struct rlimit limit = {(rlim_t)count + 100, (rlim_t)count + 100};

        if (count > 0 && setrlimit(RLIMIT_NOFILE, &limit) < 0)
                fail("setrlimit");
        for (int i = 0; i < count; i++)
                if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
                        fail("/dev/null");
}

static void __attribute__((noreturn)) run_child(int lasts)
{
        struct rusage usage;

        if (lasts)
                prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve();
        getrusage(RUSAGE_SELF, &usage);
        mark(2);
        told->faults = usage.ru_minflt;
        told->served = clock_ns();
        while (lasts)
                pause();
        _exit(EXIT_SUCCESS);
}

static void await(pid_t child, int lasts)
{
        const struct timespec moment = {.tv_nsec = 100000};

        while (lasts && told->served == 0) {
                if (waitpid(child, NULL, WNOHANG) != 0)
                        fail("a worker has ended");
                nanosleep(&moment, NULL);
        }
        if (!lasts && waitpid(child, NULL, 0) != child)
                fail("waitpid");
        if (told->served == 0)
                fail("a worker has not served");
}

/* Return: nanoseconds from the fork to serving. */
static double fork_one(int lasts)
{
        double start = clock_ns();
        pid_t child;

        told->served = 0;
        child = fork();
        if (child < 0)
                fail("fork");
        if (child == 0)
                run_child(lasts);
        await(child, lasts);
        return told->served - start;
}

/* "fork": one more worker, that ends; "mark": in the trace. */
static void obey(void)
{
        char line[16];

        while (fgets(line, sizeof(line), stdin)) {
                double time = 0;

                if (strcmp(line, "fork\n") == 0)
                        time = fork_one(0);
                else
                        mark(3);
                printf("%.0f %ld\n", time, told->faults);
                fflush(stdout);
        }
}

int main(int argc, char **argv)
{
        int workers = argc == 3 ? atoi(argv[1]) : 0;
        double started = 0;

        if (workers < 1) {
                fprintf(stderr, "usage: scale WORKERS DESCRIPTORS\n");
                return EXIT_FAILURE;
        }
        told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (told == MAP_FAILED)
                fail("mmap");
        open_descriptors(atoi(argv[2]));
        listen_somewhere();
        for (int i = 0; i < workers; i++) {
                fork_one(1);
                if (i == 0)
                        started = clock_ns();
        }
        mark(1);
        printf("%.0f\n", started);
        fflush(stdout);
        obey();
        return EXIT_SUCCESS;
}
