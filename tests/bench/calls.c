/* Times path calls as a program gets them, hooks included, against libc's own, in one process. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/lib-names.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCHES = 600, CALLS_PER_BATCH = 100 };

struct functions {
        int (*stat)(const char *path, struct stat *ret_status);
        int (*open)(const char *path, int flags, ...);
        int (*close)(int fd);
        int (*access)(const char *path, int mode);
};

/* One side of the comparison: whose functions, and the path that names the file for them. */
struct side {
        struct functions call;
        const char *path;
};

static void function_find(void *ret_function, void *library, const char *name)
{
        void *found = dlsym(library, name);

        if (found == NULL) {
                errno = ENOSYS;
                fail(name);
        }
        memcpy(ret_function, &found, sizeof(found));
}

static struct functions functions_of(void *library)
{
        struct functions found;

        function_find(&found.stat, library, "stat");
        function_find(&found.open, library, "open");
        function_find(&found.close, library, "close");
        function_find(&found.access, library, "access");
        return found;
}

static void call_stat(const struct side *side)
{
        struct stat status;

        if (side->call.stat(side->path, &status) < 0)
                fail("stat");
}

static void call_open(const struct side *side)
{
        int fd = side->call.open(side->path, O_RDONLY);

        if (fd < 0)
                fail("open");
        side->call.close(fd);
}

static void call_access(const struct side *side)
{
        if (side->call.access(side->path, R_OK) < 0)
                fail("access");
}

static const struct benchmark {
        const char *name;
        void (*call)(const struct side *side);
} benchmarks[] = {
        {"stat", call_stat},
        {"open+close", call_open},
        {"access", call_access},
};

static double batch_time(const struct benchmark *benchmark, const struct side *side)
{
        double start = clock_ns();

        for (int i = 0; i < CALLS_PER_BATCH; i++)
                benchmark->call(side);
        return (clock_ns() - start) / CALLS_PER_BATCH;
}

/* Batches of the two sides alternate, so that whatever else the machine does hits both. */
static void benchmark_run(const struct benchmark *benchmark, const struct side sides[2])
{
        double best[2] = {INFINITY, INFINITY};

        for (int batch = 0; batch < BATCHES; batch++)
                for (int i = 0; i < 2; i++)
                        best[i] = least(best[i], batch_time(benchmark, &sides[i]));
        printf("%s\t%.1f\t%.1f\n", benchmark->name, best[0], best[1]);
}

/* Both paths must lead to one file: a process that is not where it should be measures nothing. */
static void sides_check(const struct side sides[2])
{
        struct stat hooked, own;

        if (sides[0].call.stat(sides[0].path, &hooked) < 0)
                fail(sides[0].path);
        if (sides[1].call.stat(sides[1].path, &own) < 0)
                fail(sides[1].path);
        if (hooked.st_dev != own.st_dev || hooked.st_ino != own.st_ino) {
                errno = EXDEV;
                fail("the two paths name different files");
        }
}

/* Forks the process that measures; its parent only passes the exit status on. */
static void become_worker(void)
{
        int status;
        pid_t worker;

        listen_somewhere();
        worker = fork();
        if (worker < 0)
                fail("fork");
        if (worker == 0) {
                serve();
                return;
        }
        if (waitpid(worker, &status, 0) < 0)
                fail("waitpid");
        exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int main(int argc, char **argv)
{
        struct side sides[2];

        if (argc != 4 || (strcmp(argv[1], "here") != 0 && strcmp(argv[1], "worker") != 0)) {
                fprintf(stderr, "usage: calls here|worker PATH PATH-FOR-LIBC\n");
                return EXIT_FAILURE;
        }
        sides[0] = (struct side){functions_of(RTLD_DEFAULT), argv[2]};
        sides[1] = (struct side){functions_of(dlopen(LIBC_SO, RTLD_LAZY | RTLD_NOLOAD)), argv[3]};
        if (strcmp(argv[1], "worker") == 0)
                become_worker();
        sides_check(sides);
        for (size_t i = 0; i < sizeof(benchmarks) / sizeof(benchmarks[0]); i++)
                benchmark_run(&benchmarks[i], sides);
        return EXIT_SUCCESS;
}
