/* Calls functions with a path, batch by batch, for callgrind to count: as hooked, and libc's own.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/lib-names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#define PAGE 4096

/* A function of libc; each call below knows its type. */
typedef void function_type(void);

static int call_stat(function_type *function, const char *path)
{
        struct stat facts;

        return ((int (*)(const char *, struct stat *))function)(path, &facts);
}

static int call_fstatat(function_type *function, const char *path)
{
        struct stat facts;

        return ((int (*)(int, const char *, struct stat *, int))function)(
                AT_FDCWD, path, &facts, AT_SYMLINK_NOFOLLOW);
}

static int call_statx(function_type *function, const char *path)
{
        struct statx facts;

        return ((int (*)(int, const char *, int, unsigned, struct statx *))function)(
                AT_FDCWD, path, 0, STATX_BASIC_STATS, &facts);
}

static int call_access(function_type *function, const char *path)
{
        return ((int (*)(const char *, int))function)(path, R_OK);
}

static int call_open(function_type *function, const char *path)
{
        int fd = ((int (*)(const char *, int, ...))function)(path, O_RDONLY);

        return fd < 0 ? fd : close(fd);
}

static int call_openat(function_type *function, const char *path)
{
        int fd = ((int (*)(int, const char *, int, ...))function)(AT_FDCWD, path, O_RDONLY);

        return fd < 0 ? fd : close(fd);
}

static int call_fopen(function_type *function, const char *path)
{
        FILE *file = ((FILE * (*)(const char *, const char *)) function)(path, "re");

        return file ? fclose(file) : -1;
}

/* No link: it fails, hooked or not. */
static int call_readlink(function_type *function, const char *path)
{
        char text[8];

        ((ssize_t(*)(const char *, char *, size_t))function)(path, text, sizeof(text));
        return 0;
}

/* It exists, so that nothing is made. */
static int call_mkdir(function_type *function, const char *path)
{
        ((int (*)(const char *, mode_t))function)(path, S_IRWXU);
        return 0;
}

/* To itself, which changes nothing. */
static int call_rename(function_type *function, const char *path)
{
        ((int (*)(const char *, const char *))function)(path, path);
        return 0;
}

static int call_chmod(function_type *function, const char *path)
{
        return ((int (*)(const char *, mode_t))function)(path, 0644);
}

/* Nothing is read from no file. */
static int call_read(function_type *function, const char *path)
{
        char byte;

        ((ssize_t(*)(int, void *, size_t))function)(-1, &byte, 0);
        return 0;
}

static int call_write(function_type *function, const char *path)
{
        ((ssize_t(*)(int, const void *, size_t))function)(-1, "", 0);
        return 0;
}

static int call_poll(function_type *function, const char *path)
{
        return ((int (*)(void *, unsigned long, int))function)(NULL, 0, 0);
}

static const struct {
        const char *name;
        int (*call)(function_type *function, const char *path);
} calls[] = {
        {"stat", call_stat},
        {"lstat", call_stat},
        {"fstatat", call_fstatat},
        {"statx", call_statx},
        {"access", call_access},
        {"open", call_open},
        {"openat", call_openat},
        {"fopen", call_fopen},
        {"readlink", call_readlink},
        {"mkdir", call_mkdir},
        {"rename", call_rename},
        {"chmod", call_chmod},
        {"read", call_read},
        {"write", call_write},
        {"poll", call_poll},
};

/* Callgrind writes how many instructions all of them took. */
static void batch(int (*call)(function_type *function, const char *path), function_type *function,
        const char *path, int count)
{
        CALLGRIND_ZERO_STATS;
        for (int i = 0; i < count; i++)
                if (call(function, path) < 0)
                        fail(path);
        CALLGRIND_DUMP_STATS;
}

static function_type *function_of(void *library, const char *name)
{
        function_type *function;
        void *found = dlsym(library, name);

        if (!found) {
                errno = ENOSYS;
                fail(name);
        }
        memcpy(&function, &found, sizeof(found));
        return function;
}

/* Counts from fork() until it serves. Its parent only passes the exit status on. */
static void become_worker(void)
{
        int status;
        pid_t worker;

        listen_somewhere();
        CALLGRIND_ZERO_STATS;
        worker = fork();
        if (worker < 0)
                fail("fork");
        if (worker == 0) {
                serve();
                CALLGRIND_DUMP_STATS;
                return;
        }
        if (waitpid(worker, &status, 0) < 0)
                fail("waitpid");
        exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

/* Where arguments end up in a page depends on the environment, and what is near the end of one is
 * not recognised at once. */
static const char *away_from_an_end(const char *path)
{
        static _Alignas(PAGE) char page[PAGE];
        size_t size = strlen(path) + 1;

        if (size > PAGE / 2) {
                errno = ENAMETOOLONG;
                fail(path);
        }
        return memcpy(page + PAGE / 4, path, size);
}

/* Each call once, COUNT times more, and COUNT times more again: as hooked, and so libc's own. */
int main(int argc, char **argv)
{
        void *libc = dlopen(LIBC_SO, RTLD_LAZY | RTLD_NOLOAD);
        const char *path;
        int count;

        if (argc != 5 || (strcmp(argv[1], "here") != 0 && strcmp(argv[1], "worker") != 0)) {
                fprintf(stderr, "usage: instructions here|worker COUNT PATH PATH-FOR-LIBC\n");
                return EXIT_FAILURE;
        }
        count = atoi(argv[2]);
        path = away_from_an_end(argv[3]);
        if (strcmp(argv[1], "worker") == 0)
                become_worker();
        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
                function_type *hooked = function_of(RTLD_DEFAULT, calls[i].name);
                function_type *own = function_of(libc, calls[i].name);

                for (int times = 0; times <= 2; times++) {
                        batch(calls[i].call, hooked, path, 1 + times * count);
                        batch(calls[i].call, own, argv[4], 1 + times * count);
                }
                puts(calls[i].name);
        }
        return EXIT_SUCCESS;
}
