/* Says whether the shim could take hold in a program, before that is started. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/takes_hold.h"

#include "command/check/inquiry.h"
#include "command/memory.h"
#include "system/elf_file.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char library_cure[] = "install chrootshim, or name its library by --library";

static int read_headers(const char *path, struct elf_file *file)
{
        CLOSED_AT_END int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);

        return fd < 0 ? fd : elf_file_read(fd, file);
}

static const char *bits(const struct elf_file *file)
{
        return file->wide ? "64" : "32";
}

/* The loaders of glibc: ld-linux-x86-64.so.2, ld64.so.2, ld.so.1 (its sysdeps/.../shlib-versions).
 */
static bool is_of_glibc(const char *interpreter)
{
        const char *name = strrchr(interpreter, '/') + 1;

        return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld64.so.", 8) == 0 ||
               strncmp(name, "ld.so.", 6) == 0;
}

static int check_program(const char *path, const struct elf_file *program, struct failure *failure)
{
        if (program->kind == ELF_KIND_STATIC)
                return failure_set(failure, 0, path,
                        "it is a static program, into which nothing can be loaded",
                        "use a build of it that is linked with libc.so.6");
        if (program->kind != ELF_KIND_DYNAMIC)
                return failure_set(failure, 0, path, "it is no program", "name the server");
        if (is_of_glibc(program->interpreter))
                return 0;
        failure_set(failure, 0, path, NULL,
                "use a build of it for glibc, which is what chrootshim is made for");
        failure_reason(
                failure, "its loader is %s, of another C library than glibc", program->interpreter);
        return -EINVAL;
}

static int check_alike(const char *path, const struct elf_file *program, const char *library_path,
        const struct elf_file *library, struct failure *failure)
{
        if (elf_file_alike(program, library))
                return 0;
        failure_set(failure, 0, path, NULL, NULL);
        failure_reason(failure, "it is for %s (%s bits), and %s is for %s (%s bits)",
                elf_file_machine(program), bits(program), library_path, elf_file_machine(library),
                bits(library));
        failure_remedy(failure, "%s",
                "build chrootshim for that machine as well, and name its library by --library");
        return -EINVAL;
}

/* Another library would be loaded as well, and do nothing. */
static int check_name(const char *path, const char *name, struct failure *failure)
{
        static const char own[] = "libchrootshim.so";

        if (name && strncmp(name, own, sizeof(own) - 1) == 0)
                return 0;
        return failure_set(
                failure, 0, path, "it is another library than that of chrootshim", library_cure);
}

/* The file that is meant, unless the loader is to look for it, or to fill in a token. */
static int check_library(const char *path, const struct elf_file *program, const char *library,
        struct failure *failure)
{
        const char *slash = strrchr(library, '/');
        struct elf_file headers;
        int error;

        if (library[0] != '/' || strchr(library, '$'))
                return check_name(library, slash ? slash + 1 : library, failure);
        error = read_headers(library, &headers);
        if (error == -ENOEXEC)
                return failure_set(failure, 0, library, "it is no library", library_cure);
        if (error < 0)
                return failure_set(failure, error, library, NULL, library_cure);
        error = check_alike(path, program, library, &headers, failure);
        if (error == 0)
                error = check_name(library, headers.name, failure);
        elf_file_release(&headers);
        return error;
}

/* Does a line "\tPATH (0x...)" or "\tNAME => PATH (0x...)" name it? */
static bool is_listed(const char *list, const char *library)
{
        const char *slash = strrchr(library, '/'), *name = slash ? slash + 1 : library;
        size_t length = strlen(name);

        for (const char *at = list; (at = strstr(at, name)); at++)
                if (at > list && strchr("/\t", at[-1]) &&
                        (strncmp(at + length, " (0x", 4) == 0 ||
                                strncmp(at + length, " => /", 5) == 0))
                        return true;
        return false;
}

/* ... cannot be preloaded (REASON): ignored. */
static const char *reason_of(char *complaint)
{
        char *begin = strstr(complaint, "cannot be preloaded ("), *end;

        if (!begin)
                return "its loader does not list it";
        begin += strlen("cannot be preloaded (");
        end = strstr(begin, "):");
        if (end)
                *end = '\0';
        return begin;
}

static int try_loader(
        const char *program, const char *interpreter, const char *library, struct failure *failure)
{
        char *words[] = {memory_copy(interpreter), memory_copy("--preload"), memory_copy(library),
                memory_copy("--list"), memory_copy(program), NULL};
        struct inquiry inquiry;
        int error = 0;

        inquire(words, &inquiry);
        if (!is_listed(inquiry.out, library)) {
                error = failure_set(failure, 0, library, NULL, library_cure);
                failure_reason(failure, "it cannot be loaded into %s: %s", program,
                        reason_of(inquiry.err));
        }
        inquiry_release(&inquiry);
        for (char **word = words; *word; word++)
                free(*word);
        return error;
}

int takes_hold(const char *program, const char *library, struct failure *ret_failure)
{
        struct elf_file headers;
        int error = read_headers(program, &headers);

        if (error == -ENOEXEC)
                return failure_set(ret_failure, 0, program,
                        "it is neither a program nor a script with a \"#!\" line",
                        "name the server");
        if (error < 0)
                return failure_set(ret_failure, error, program, NULL, "let it be read");
        error = check_program(program, &headers, ret_failure);
        if (error == 0)
                error = check_library(program, &headers, library, ret_failure);
        if (error == 0)
                error = try_loader(program, headers.interpreter, library, ret_failure);
        elf_file_release(&headers);
        return error;
}
