/* What programs and libraries need: interpreters, and the libraries that a loader finds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/program_files.h"

#include "supply/library_cache.h"
#include "supply/library_closure.h"
#include "supply/library_file.h"
#include "supply/place.h"
#include "system/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Scripts may be interpreted by scripts, though not for ever (execve(2)). */
#define INTERPRETER_LIMIT 5

/* The part of a script that names its interpreter. */
#define BEGINNING_SIZE 4096

/* Return: an O_PATH descriptor of what may be run. */
static int open_program(const char *path, struct failure *failure)
{
        int fd = place_open(path, false, NULL, failure), error;
        bool planted = fd < 0 && failure->planted;

        if (fd < 0 && fd != -ELOOP) {
                failure_set(failure, fd, path, NULL, "correct the path");
                failure->planted = planted;
        }
        error = fd < 0 ? fd : library_file_trusts(path, fd, failure);
        if (error < 0 && fd >= 0)
                kernel_close(fd);
        return error < 0 ? error : fd;
}

/*
 * struct look - at a program, its interpreter, and the interpreter of that.
 *
 * @file:      its headers, if it is an ELF file.
 * @beginning: else what it begins with, as text.
 */
struct look {
        char program[PATH_MAX];
        char interpreter[PATH_MAX];
        struct elf_file file;
        char beginning[BEGINNING_SIZE];
};

static int read_program(struct look *look, struct failure *failure)
{
        CLOSED_AT_END int held = open_program(look->program, failure);

        if (held < 0)
                return held;

        CLOSED_AT_END int fd = kernel_reopen(held, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        int error = fd < 0 ? fd : elf_file_read(fd, &look->file);
        ssize_t length = 0;

        if (error == -ENOEXEC || error == -ESPIPE)
                error = (int)(length = kernel_read(fd, look->beginning, BEGINNING_SIZE - 1));
        if (error < 0)
                return failure_set(failure, error, look->program, NULL, "correct the path");
        look->beginning[length] = '\0';
        return 0;
}

/* The path after "#!". */
static bool script_interpreter(const char *beginning, char *interpreter)
{
        const char *start = beginning + 2;
        size_t length;

        if (strncmp(beginning, "#!", 2) != 0)
                return false;
        start += strspn(start, " \t");
        length = strcspn(start, " \t\n");
        if (length == 0 || length >= PATH_MAX)
                return false;
        memcpy(interpreter, start, length);
        interpreter[length] = '\0';
        return true;
}

/* A library has no loader of its own: it is loaded by that of a program, which is as this one's. */
static const char *loader_of(const struct look *look)
{
        const char *slash = strrchr(look->program, '/');

        if (look->file.kind == ELF_KIND_DYNAMIC)
                return look->file.interpreter;
        return look->file.kind == ELF_KIND_LIBRARY && elf_file_is_native(&look->file) &&
                               strstr(slash ? slash : look->program, ".so")
                       ? loader_path()
                       : NULL;
}

/* Without the cache, the loader looks into the standard directories alone. */
static int tell_libraries(const struct look *look, const char *loader,
        int (*found)(void *, const char *), void *context, struct failure *failure)
{
        int error = library_closure(look->program, &look->file, loader, found, context, failure);

        if (error == 0 && kernel_access(AT_FDCWD, LIBRARY_CACHE, R_OK, 0) == 0)
                error = found(context, LIBRARY_CACHE);
        return error;
}

/* Where env(1) looks in a jail: its environment there is the server's, which is not known here. */
static const char *const directories[] = {
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};

/* "#!/usr/bin/env [-S] [NAME=VALUE] PROGRAM": the program, which is looked for by its name. */
static bool script_command(char *beginning, const char *interpreter, char *command)
{
        const char *slash = strrchr(interpreter, '/');
        char *line = strsep(&beginning, "\n"), *word;

        if (!slash || strcmp(slash, "/env") != 0)
                return false;
        line = strchr(line, '/');
        strsep(&line, " \t");
        while ((word = strsep(&line, " \t")))
                if (word[0] && word[0] != '-' && !strchr(word, '='))
                        break;
        if (!word || strchr(word, '/'))
                return word && snprintf(command, PATH_MAX, "%s", word) < PATH_MAX;
        for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
                if (snprintf(command, PATH_MAX, "%s/%s", directories[i], word) < PATH_MAX &&
                        kernel_access(AT_FDCWD, command, X_OK, 0) == 0)
                        return true;
        return false;
}

static int follow(const char *path, int depth, int (*found)(void *, const char *), void *context,
        struct failure *failure);

/* What the program needs that env(1) runs, and that program itself. */
static int tell_command(const char *command, int depth, int (*found)(void *, const char *),
        void *context, struct failure *failure)
{
        int error = found(context, command);

        return error < 0 ? error : follow(command, depth, found, context, failure);
}

static int follow_interpreters(struct look *look, int depth,
        int (*found)(void *context, const char *path), void *context, struct failure *failure)
{
        int error = 0;

        for (int i = depth; error >= 0 && i < INTERPRETER_LIMIT; i++) {
                const char *loader;

                error = read_program(look, failure);
                if (error < 0)
                        return error;
                loader = loader_of(look);
                if (loader)
                        error = tell_libraries(look, loader, found, context, failure);
                elf_file_release(&look->file);
                if (loader || !script_interpreter(look->beginning, look->interpreter))
                        return error;
                error = found(context, look->interpreter);
                if (error >= 0 && script_command(look->beginning, look->interpreter, look->program))
                        error = tell_command(look->program, i + 1, found, context, failure);
                memcpy(look->program, look->interpreter, sizeof(look->program));
        }
        return error < 0 ? error : 0;
}

static int follow(const char *path, int depth, int (*found)(void *, const char *), void *context,
        struct failure *failure)
{
        struct look *look = calloc(1, sizeof(*look));
        int error;

        if (!look)
                return failure_set(failure, -ENOMEM, path, NULL, NULL);
        memcpy(look->program, path, strnlen(path, sizeof(look->program) - 1));
        error = follow_interpreters(look, depth, found, context, failure);
        free(look);
        return error;
}

int program_files(const char *path, int (*found)(void *context, const char *path), void *context,
        struct failure *ret_failure)
{
        /* What an earlier program was left out for is not about this one. */
        memset(ret_failure, 0, sizeof(*ret_failure));
        return follow(path, 0, found, context, ret_failure);
}

/* A program that needs nothing but this library stands for all that may load it. */
int library_files(const char *name, int (*found)(void *context, const char *path), void *context,
        struct failure *ret_failure)
{
        const char *loader = loader_path();
        CLOSED_AT_END int fd = loader ? kernel_open(loader, O_RDONLY | O_CLOEXEC, 0) : -ENOENT;
        struct elf_file file = {0};
        int error = fd < 0 ? fd : elf_file_read(fd, &file);
        char *needed[] = {strdup(name)};

        memset(ret_failure, 0, sizeof(*ret_failure));
        if (error == 0 && needed[0]) {
                struct elf_file program = {.wide = file.wide,
                        .big = file.big,
                        .machine = file.machine,
                        .needed = needed,
                        .needed_count = 1};

                error = library_closure("/", &program, loader, found, context, ret_failure);
        } else
                error = failure_set(ret_failure, error, name, NULL, NULL);
        elf_file_release(&file);
        free(needed[0]);
        return error;
}
