/* Calls that change the tree, the working directory or the user, and tell what came of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Says what the descriptor reads, writes the number to it and closes it. */
static void say_descriptor(int fd, unsigned number)
{
        char text[32];
        ssize_t size;

        say_result(fd < 0 ? -1 : 0);
        if (fd < 0)
                return;
        size = read(fd, text, sizeof(text));
        say_result(size);
        if (size > 0)
                say(" \"%.*s\"", (int)size, text);
        say_result(write(fd, text, (size_t)snprintf(text, sizeof(text), "%u", number % 1000)));
        close(fd);
}

/* Never waiting: a name may have become that of anything. */
static int open_flags(unsigned number)
{
        static const int ways[] = {O_RDONLY, O_RDWR, O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_EXCL,
                O_WRONLY | O_CREAT | O_TRUNC, O_RDONLY | O_DIRECTORY, O_RDONLY | O_NOFOLLOW,
                O_RDWR | O_CREAT | O_APPEND};

        return ways[number % 8] | O_NONBLOCK | O_CLOEXEC;
}

static void run_open(const struct attempt *at)
{
        int flags = open_flags(at->number);

        say_descriptor(open(at->path[0], flags, 0600 | (at->number >> 3 & 0177)), at->number);
}

static void run_openat(const struct attempt *at)
{
        int flags = open_flags(at->number);

        say_descriptor(
                openat(at->dirfd, at->path[0], flags, 0600 | (at->number >> 3 & 0177)), at->number);
}

static void run_creat(const struct attempt *at)
{
        say_descriptor(creat(at->path[0], 0644), at->number);
}

static void run_fopen(const struct attempt *at)
{
        static const char *const modes[] = {"r", "r+", "w+", "a+", "wx"};
        FILE *stream = fopen(at->path[0], modes[at->number % 5]);
        char text[32] = "";
        size_t size;

        if (!stream) {
                say_path(at, NULL);
                return;
        }
        size = fread(text, 1, sizeof(text) - 1, stream);
        say(" \"%.*s\"", (int)size, text);
        fclose(stream);
}

/* A directory for the *at functions to come. */
static void run_hold(const struct attempt *at)
{
        int fd = open(at->path[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        say_result(fd < 0 ? -1 : 0);
        if (fd < 0)
                return;
        if (call_held != AT_FDCWD)
                close(call_held);
        call_held = fd;
}

static void run_chdir(const struct attempt *at)
{
        say_result(chdir(at->path[0]));
}

static void run_mkdir(const struct attempt *at)
{
        say_result(mkdir(at->path[0], at->number % 4 ? 0755 : at->number >> 2 & 0777));
}

static void run_mkdirat(const struct attempt *at)
{
        say_result(mkdirat(at->dirfd, at->path[0], 0755));
}

static void run_rmdir(const struct attempt *at)
{
        say_result(rmdir(at->path[0]));
}

static void run_mknod(const struct attempt *at)
{
        say_result(mknod(at->path[0], at->number % 2 ? S_IFREG | 0644 : S_IFSOCK | 0644, 0));
}

static void run_unlink(const struct attempt *at)
{
        say_result(unlink(at->path[0]));
}

static void run_unlinkat(const struct attempt *at)
{
        say_result(unlinkat(at->dirfd, at->path[0], at->number % 2 ? AT_REMOVEDIR : 0));
}

static void run_remove(const struct attempt *at)
{
        say_result(remove(at->path[0]));
}

static void run_rename(const struct attempt *at)
{
        say_result(rename(at->path[0], at->path[1]));
}

static void run_renameat2(const struct attempt *at)
{
        static const unsigned flags[] = {0, RENAME_NOREPLACE, RENAME_EXCHANGE};

        say_result(renameat2(at->dirfd, at->path[0], AT_FDCWD, at->path[1], flags[at->number % 3]));
}

static void run_link(const struct attempt *at)
{
        say_result(link(at->path[0], at->path[1]));
}

static void run_linkat(const struct attempt *at)
{
        say_result(linkat(AT_FDCWD, at->path[0], at->dirfd, at->path[1],
                at->number % 2 ? AT_SYMLINK_FOLLOW : 0));
}

/* The text of a link is kept as given. */
static void run_symlink(const struct attempt *at)
{
        say_result(symlink(at->given[0], at->path[1]));
}

static void run_symlinkat(const struct attempt *at)
{
        say_result(symlinkat(at->given[0], at->dirfd, at->path[1]));
}

static void run_truncate(const struct attempt *at)
{
        say_result(truncate(at->path[0], at->number % 64));
}

static void run_chmod(const struct attempt *at)
{
        say_result(chmod(at->path[0], at->number % 4 ? 0755 : at->number >> 2 & 0777));
}

static void run_fchmodat(const struct attempt *at)
{
        say_result(fchmodat(at->dirfd, at->path[0], at->number % 2 ? 0711 : 0666, 0));
}

static uid_t some_user(unsigned number)
{
        return number % 2 ? OTHER_USER : 0;
}

static void run_chown(const struct attempt *at)
{
        say_result(chown(at->path[0], some_user(at->number), some_user(at->number >> 1)));
}

static void run_lchown(const struct attempt *at)
{
        say_result(lchown(at->path[0], some_user(at->number), some_user(at->number >> 1)));
}

static void run_utimensat(const struct attempt *at)
{
        const struct timespec times[2] = {{at->number, 1}, {at->number / 2, 2}};
        int flags = at->number % 2 ? AT_SYMLINK_NOFOLLOW : 0;
        struct stat facts;
        int fd;

        say_result(utimensat(at->dirfd, at->path[0], times, flags));
        /* By a descriptor: of a link that leads to the jail outside, a worker is told no times. */
        fd = openat(at->dirfd, at->path[0], O_PATH | (flags ? O_NOFOLLOW : 0));
        if (fd >= 0 && fstat(fd, &facts) == 0 && facts.st_mtim.tv_nsec == 2)
                say(" time %ld", (long)facts.st_mtime);
        if (fd >= 0)
                close(fd);
}

/* What @template became, in the caller's view, with what differs each time crossed out. */
static void say_template(const struct attempt *at, char *template)
{
        char *end = template + strlen(template) - 6;

        if (strcmp(end, "XXXXXX") != 0)
                memcpy(end, "######", 6);
        say(" <%.*s%s>", (int)(strlen(at->given[0]) - strlen(at->path[0])), at->given[0], template);
}

static void run_mkstemp(const struct attempt *at)
{
        char *template = strdup(at->path[0]);
        int fd = mkstemp(template), error = errno;

        if (fd >= 0)
                unlink(template);
        errno = error;
        say_descriptor(fd, at->number);
        say_template(at, template);
        free(template);
}

static void run_mkdtemp(const struct attempt *at)
{
        char *template = strdup(at->path[0]);
        char *made = mkdtemp(template);

        say_result(made == template ? 0 : -1);
        if (made)
                rmdir(template);
        say_template(at, template);
        free(template);
}

/* Behind the shim's back: that has nothing to do with paths. */
static void run_user(const struct attempt *at)
{
        uid_t user = some_user(at->number);

        say_result(syscall(SYS_setresuid, user, user, 0));
}

const struct call change_calls[] = {
        {"open", 1, run_open},
        {"openat", 1, run_openat},
        {"creat", 1, run_creat},
        {"fopen", 1, run_fopen},
        {"hold", 1, run_hold},
        {"chdir", 1, run_chdir},
        {"mkdir", 1, run_mkdir},
        {"mkdirat", 1, run_mkdirat},
        {"rmdir", 1, run_rmdir},
        {"mknod", 1, run_mknod},
        {"unlink", 1, run_unlink},
        {"unlinkat", 1, run_unlinkat},
        {"remove", 1, run_remove},
        {"rename", 2, run_rename},
        {"renameat2", 2, run_renameat2},
        {"link", 2, run_link},
        {"linkat", 2, run_linkat},
        {"symlink", 2, run_symlink},
        {"symlinkat", 2, run_symlinkat},
        {"truncate", 1, run_truncate},
        {"chmod", 1, run_chmod},
        {"fchmodat", 1, run_fchmodat},
        {"chown", 1, run_chown},
        {"lchown", 1, run_lchown},
        {"utimensat", 1, run_utimensat},
        {"mkstemp", 1, run_mkstemp, "/tXXXXXX"},
        {"mkdtemp", 1, run_mkdtemp, "/tXXXXXX"},
        {"user", 0, run_user},
};
const unsigned change_count = sizeof(change_calls) / sizeof(change_calls[0]);
