/* Probes of results that are paths, in a directory so deep that they hardly fit, or don't. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The length, with its NUL, of the working directory's path: in the outside or the inside view. */
static const struct place depths[] = {
        {"the outside view fits exactly", "outside:4096", "outside:4096"},
        {"the outside view is longer by a byte", "outside:4097", "outside:4097"},
        {"the inside view fits exactly", "inside:4096", "inside:4096"},
        {"the inside view is longer by a byte", "inside:4097", "inside:4097"},
        {"the inside view is much longer", "inside:5500", "inside:5500"},
        {0},
};

/* The length of the inside view. */
static size_t wanted_length(const char *text)
{
        size_t length = strtoul(strchr(text, ':') + 1, NULL, 10) - 1;

        return text[0] == 'o' ? length - strlen(outside("")) : length;
}

/* Make and enter directories below /dir, the last of which may have a shorter name. */
static unsigned descend(size_t length)
{
        char name[NAME_MAX + 1];
        unsigned depth = 0;

        for (length -= strlen("/dir"); length > 0; depth++) {
                size_t part = length > 2 * NAME_MAX ? 200 : length > NAME_MAX ? length / 2 : length;

                memset(name, 'd', part - 1);
                name[part - 1] = '\0';
                if (syscall(SYS_mkdirat, AT_FDCWD, name, 0755) != 0 ||
                        syscall(SYS_chdir, name) != 0)
                        err(1, "cannot make a deep directory");
                length -= part;
        }
        answer_begin();
        return depth;
}

/* The only directory in each of these is the one that was left. */
static void ascend(unsigned depth)
{
        while (depth-- > 0) {
                char names[1024];
                long length = 0;
                int fd;

                if (syscall(SYS_chdir, "..") != 0)
                        err(1, "cannot leave a deep directory");
                fd = (int)syscall(SYS_openat, AT_FDCWD, ".", O_RDONLY);
                while ((length = syscall(SYS_getdents64, fd, names, sizeof(names))) > 0)
                        for (long at = 0; at < length; at += *(unsigned short *)(names + at + 16))
                                if (names[at + 19] == 'd' && names[at + 20] == 'd')
                                        syscall(SYS_unlinkat, AT_FDCWD, names + at + 19,
                                                AT_REMOVEDIR);
                close(fd);
        }
}

/* Calls @use there. */
static void stand_deep(const struct target *at, void (*use)(void))
{
        unsigned depth = descend(wanted_length(at->path));

        use();
        ascend(depth);
}

static void use_getcwd(void)
{
        char buffer[3 * PATH_MAX];

        answer_path("allocated", getcwd(NULL, 0));
        answer_path("into a large buffer", getcwd(buffer, sizeof(buffer)));
        answer_path("into an ordinary buffer", getcwd(buffer, PATH_MAX));
}

static void use_getwd(void)
{
        char buffer[PATH_MAX];

        answer_path("getwd", getwd(buffer));
}

static void use_get_current_dir_name(void)
{
        unsetenv("PWD");
        answer_path("get_current_dir_name", get_current_dir_name());
}

static void use_realpath(void)
{
        char buffer[PATH_MAX];

        answer_path("into a buffer", realpath(".", buffer));
        answer_path("allocated", realpath(".", NULL));
}

static void use_canonicalize_file_name(void)
{
        answer_path("canonicalize_file_name", canonicalize_file_name("."));
}

static void probe_getcwd(const struct target *at)
{
        stand_deep(at, use_getcwd);
}

/* Where there is no room, FORTIFY's getwd() ends the program. */
static void probe_getwd(const struct target *at)
{
        if (wanted_length(at->path) < PATH_MAX)
                stand_deep(at, use_getwd);
}

static void probe_get_current_dir_name(const struct target *at)
{
        stand_deep(at, use_get_current_dir_name);
}

static void probe_realpath(const struct target *at)
{
        stand_deep(at, use_realpath);
}

static void probe_canonicalize_file_name(const struct target *at)
{
        stand_deep(at, use_canonicalize_file_name);
}

static const struct probe probes[] = {
        {"getcwd", probe_getcwd},
        {"getwd", probe_getwd},
        {"get_current_dir_name", probe_get_current_dir_name},
        {"realpath", probe_realpath},
        {"canonicalize_file_name", probe_canonicalize_file_name},
        {0},
};

const struct family family_limits = {{depths}, probes};
