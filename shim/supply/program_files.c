/* What programs and libraries need: interpreters, and the libraries that a loader finds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/program_files.h"

#include "supply/library_cache.h"
#include "supply/library_closure.h"
#include "supply/place.h"
#include "system/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Scripts may be interpreted by scripts, though not for ever (execve(2)). */
#define INTERPRETER_LIMIT 5

/* The part of a script that names its interpreter. */
#define BEGINNING_SIZE 4096

/* A program names files that root then brings into the jail. So nobody else may have a hand in it.
 */
static int check_owner(const char *path, int fd, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(fd, "", 0, &facts), foreign = 1;

        if (error == 0 && !place_others_write(&facts, geteuid())) {
                foreign = place_is_foreign(path, failure);
                error = foreign < 0 ? foreign : 0;
        }
        if (error < 0)
                return failure_set(failure, error, path, NULL, "correct the path");
        if (!foreign)
                return 0;
        failure_set(failure, 0, path,
                "it can be changed by another user than root, and names files that root would "
                "bring",
                "let nobody but root write to it, to its directory and to those above it");
        failure->planted = true;
        return -EPERM;
}

/* Return: an O_PATH descriptor of what may be run. */
static int open_program(const char *path, struct failure *failure)
{
        int fd = place_open(path, false, NULL, failure), error;
        bool planted = fd < 0 && failure->planted;

        if (fd < 0 && fd != -ELOOP) {
                failure_set(failure, fd, path, NULL, "correct the path");
                failure->planted = planted;
        }
        error = fd < 0 ? fd : check_owner(path, fd, failure);
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

static int follow_interpreters(struct look *look, int (*found)(void *context, const char *path),
        void *context, struct failure *failure)
{
        int error = 0;

        for (int i = 0; error >= 0 && i < INTERPRETER_LIMIT; i++) {
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
                memcpy(look->program, look->interpreter, sizeof(look->program));
        }
        return error < 0 ? error : 0;
}

int program_files(const char *path, int (*found)(void *context, const char *path), void *context,
        struct failure *ret_failure)
{
        struct look *look = calloc(1, sizeof(*look));
        int error;

        if (!look)
                return failure_set(ret_failure, -ENOMEM, path, NULL, NULL);
        /* What an earlier program was left out for is not about this one. */
        memset(ret_failure, 0, sizeof(*ret_failure));
        strncpy(look->program, path, sizeof(look->program) - 1);
        error = follow_interpreters(look, found, context, ret_failure);
        free(look);
        return error;
}
