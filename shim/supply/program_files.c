/* What programs and libraries need: interpreters, and the libraries that a loader finds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/program_files.h"

#include "supply/place.h"
#include "system/child.h"
#include "system/loader.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Scripts may be interpreted by scripts, though not for ever (execve(2)). */
#define INTERPRETER_LIMIT 5

/* Bytes of a loader's list; the longest programs of a distribution need a tenth of that. */
#define LIST_SIZE 65536

/* The part of a program's file that begins it. */
struct beginning {
        char text[4096];
        size_t length;
};

/*
 * What follows runs a loader as this user: one that the file names, on the file, whose own tags may
 * name code besides (DT_AUDIT, ld.so(8)). So nobody else may have a hand in any of them.
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
                "it can be changed by another user than root, and its loader would run as root",
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

static int read_beginning(const char *path, struct beginning *beginning, struct failure *failure)
{
        CLOSED_AT_END int held = open_program(path, failure);

        if (held < 0)
                return held;

        CLOSED_AT_END int fd = kernel_reopen(held, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        ssize_t length =
                fd < 0 ? fd : kernel_read(fd, beginning->text, sizeof(beginning->text) - 1);

        if (length < 0)
                return failure_set(failure, (int)length, path, NULL, "correct the path");
        beginning->text[length] = '\0';
        beginning->length = (size_t)length;
        return 0;
}

/* The path after "#!". */
static bool script_interpreter(const struct beginning *beginning, char *interpreter)
{
        const char *start = beginning->text + 2;
        size_t length;

        if (strncmp(beginning->text, "#!", 2) != 0)
                return false;
        start += strspn(start, " \t");
        length = strcspn(start, " \t\n");
        if (length == 0 || length >= PATH_MAX)
                return false;
        memcpy(interpreter, start, length);
        interpreter[length] = '\0';
        return true;
}

/* The loader of a dynamic program; its headers and its name stand in the first page. */
static bool loader_of(const struct beginning *beginning, char *interpreter)
{
        ElfW(Ehdr) header;
        ElfW(Phdr) segment;

        if (beginning->length < sizeof(header))
                return false;
        memcpy(&header, beginning->text, sizeof(header));
        if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(segment))
                return false;
        for (unsigned i = 0; i < header.e_phnum; i++) {
                size_t at = header.e_phoff + i * sizeof(segment);

                if (at > beginning->length || sizeof(segment) > beginning->length - at)
                        return false;
                memcpy(&segment, beginning->text + at, sizeof(segment));
                if (segment.p_type != PT_INTERP)
                        continue;
                if (segment.p_offset > beginning->length || segment.p_filesz > PATH_MAX ||
                        segment.p_filesz > beginning->length - segment.p_offset)
                        return false;
                memcpy(interpreter, beginning->text + segment.p_offset, segment.p_filesz);
                interpreter[segment.p_filesz ? segment.p_filesz - 1 : 0] = '\0';
                return interpreter[0] == '/';
        }
        return false;
}

/* A library has no loader of its own: it is loaded by that of a program, which is as this one's. */
static bool is_library(const char *path, const struct beginning *beginning)
{
        const char *slash = strrchr(path, '/');
        ElfW(Ehdr) header;

        if (!strstr(slash ? slash : path, ".so") || beginning->length < sizeof(header))
                return false;
        memcpy(&header, beginning->text, sizeof(header));
        return memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_type == ET_DYN;
}

static void __attribute__((noreturn)) run_loader(int out, const char *loader, const char *program)
{
        const char *const arguments[] = {loader, "--list", program, NULL};
        const char *const environment[] = {"LC_ALL=C", NULL};

        /* Where the server has closed its own, @out is one of them, and stays as it is. */
        kernel_fcntl(out, F_SETFD, 0);
        kernel_call(SYS_dup3, out, STDOUT_FILENO, 0, 0, 0);
        kernel_call(SYS_dup3, out, STDERR_FILENO, 0, 0, 0);
        kernel_call(SYS_close_range, STDERR_FILENO + 1, ~0U, 0, 0, 0);
        child_execute(loader, arguments, environment);
}

/* What the loader lists, or complains of, as text. */
static int list(const char *loader, const char *program, char *text, size_t size)
{
        int ends[2], error = (int)kernel_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0);
        ssize_t length;
        pid_t pid;

        if (error < 0)
                return error;
        pid = child_start(0);
        if (pid == 0)
                run_loader(ends[1], loader, program);
        kernel_close(ends[1]);
        length = pid < 0 ? pid : child_read(ends[0], text, size - 1);
        kernel_close(ends[0]);
        if (pid > 0)
                child_end(pid);
        if (length < 0)
                return (int)length;
        text[length] = '\0';
        return length > 0 ? 0 : -ENOEXEC;
}

/* Where a library is missing, glibc's loader lists none, but says so (unlike ldd(1)). */
static const char gives_up[] = "error while loading shared libraries: ";

/* Lines are "NAME => PATH (ADDRESS)" or "PATH (ADDRESS)". */
static int tell_listed(char *text, const char *program, int (*found)(void *, const char *),
        void *context, struct failure *failure)
{
        char *line;
        int error = 0;

        while (error >= 0 && (line = strsep(&text, "\n"))) {
                char *path = strchr(line, '/'), *address = strstr(line, " (0x");
                const char *reason = strstr(line, gives_up);

                if (reason) {
                        failure_set(failure, 0, program, NULL,
                                "install what is missing, or correct the path");
                        failure_reason(
                                failure, "it cannot be loaded: %s", reason + strlen(gives_up));
                        return -EINVAL;
                }
                if (!path || !address || address < path)
                        continue;
                *address = '\0';
                error = found(context, path);
        }
        return error < 0 ? error : 0;
}

static int tell_libraries(const char *loader, const char *program,
        int (*found)(void *, const char *), void *context, struct failure *failure)
{
        CLOSED_AT_END int held = open_program(loader, failure);
        bool told = held < 0 && failure->planted;
        int error = held < 0 ? held : found(context, loader);
        char *text;

        if (held >= 0 && error < 0)
                return error;
        text = malloc(LIST_SIZE);
        if (error == 0)
                error = text ? list(loader, program, text, LIST_SIZE) : -ENOMEM;
        if (error < 0 && !told) {
                failure_set(failure, error, program, NULL, "correct the path");
                failure_reason(failure, "%s --list", loader);
        }
        error = error < 0 ? -EINVAL : tell_listed(text, program, found, context, failure);
        free(text);
        /* Without the cache, the loader looks into the standard directories alone. */
        if (error == 0 && kernel_access(AT_FDCWD, "/etc/ld.so.cache", R_OK, 0) == 0)
                error = found(context, "/etc/ld.so.cache");
        return error;
}

/* What a look at a program needs; too much for a stack. */
struct look {
        char program[PATH_MAX], interpreter[PATH_MAX];
        struct beginning beginning;
};

static int follow_interpreters(struct look *look, int (*found)(void *context, const char *path),
        void *context, struct failure *failure)
{
        int error = 0;

        for (int i = 0; error >= 0 && i < INTERPRETER_LIMIT; i++) {
                error = read_beginning(look->program, &look->beginning, failure);
                if (error < 0)
                        return error;
                if (loader_of(&look->beginning, look->interpreter))
                        return tell_libraries(
                                look->interpreter, look->program, found, context, failure);
                if (is_library(look->program, &look->beginning) && loader_path())
                        return tell_libraries(
                                loader_path(), look->program, found, context, failure);
                if (!script_interpreter(&look->beginning, look->interpreter))
                        return 0;
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
