/*
 * Where the shim is meant to answer otherwise than the kernel: the jail's proper ancestors, where
 * the jail has nothing of that name. A worker is told that they are directories which can be
 * passed through; nothing else can be done with them. And the jail's own spelling that is a link
 * outside, for functions that do not follow it. There is no other deviation.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "deviations.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum answer {
        SHOWN,      /* attributes of a directory that has none of its own */
        ACCESSIBLE, /* it exists and can be passed through */
        RESOLVED,   /* to itself, tidily spelt */
        NO_LINK,    /* EINVAL */
        REFUSED,    /* EACCES */
        REFUSED_NULL,
};

/* What is not listed here answers as the kernel does: there is nothing of that name. */
static const struct {
        const char *call;
        enum answer answer;
} answers[] = {
        {"stat", SHOWN},
        {"lstat", SHOWN},
        {"fstatat", SHOWN},
        {"statx", SHOWN},
        {"access", ACCESSIBLE},
        {"eaccess", ACCESSIBLE},
        {"faccessat", ACCESSIBLE},
        {"realpath", RESOLVED},
        {"canonicalize_file_name", RESOLVED},
        {"readlink", NO_LINK},
        {"readlinkat", NO_LINK},
        {"open", REFUSED},
        {"openat", REFUSED},
        {"creat", REFUSED},
        {"hold", REFUSED},
        {"scandir", REFUSED},
        {"chdir", REFUSED},
        {"mkdir", REFUSED},
        {"mkdirat", REFUSED},
        {"rmdir", REFUSED},
        {"mknod", REFUSED},
        {"unlink", REFUSED},
        {"unlinkat", REFUSED},
        {"remove", REFUSED},
        {"rename", REFUSED},
        {"renameat2", REFUSED},
        {"link", REFUSED},
        {"linkat", REFUSED},
        {"symlink", REFUSED},
        {"symlinkat", REFUSED},
        {"opendir", REFUSED_NULL},
        {"fopen", REFUSED_NULL},
};

static bool is_hidden(const struct reference *path)
{
        struct statx facts;

        return path->place == PLACE_ANCESTOR &&
               syscall(SYS_statx, AT_FDCWD, path->inside, AT_SYMLINK_NOFOLLOW, 0, &facts) != 0 &&
               errno == ENOENT;
}

static void say_answer(enum answer answer, const struct attempt *at, const struct reference *hidden)
{
        const unsigned mode = at->number % 8;

        errno = EACCES;
        switch (answer) {
        case SHOWN:
                say(" 0 mode %o links 2 owner 0:0", S_IFDIR | 0111);
                return;
        case ACCESSIBLE:
                say_result(mode & (R_OK | W_OK) ? -1 : 0);
                return;
        case RESOLVED:
                say(" <%s>", hidden->tidy);
                return;
        case NO_LINK:
                errno = EINVAL;
                say_result(-1);
                return;
        case REFUSED:
                say_result(-1);
                return;
        case REFUSED_NULL:
                say_path(at, NULL);
        }
}

/* The text of the link that is one of the jail's spellings; as differential.c makes it. */
#define LINK "jail"

/* By an odd number, fstatat() and statx() do not follow links. */
static bool say_link(const char *call, const struct attempt *at)
{
        bool by_flag = strcmp(call, "fstatat") == 0 || strcmp(call, "statx") == 0;

        if (strcmp(call, "lstat") == 0 || (by_flag && at->number % 2))
                say(" 0 mode %o links 1 owner 0:0 size %zu", S_IFLNK | 0777, strlen(LINK));
        else if (strcmp(call, "readlink") == 0 || strcmp(call, "readlinkat") == 0)
                say(" %zu <" LINK ">", strlen(LINK));
        else
                return false;
        return true;
}

bool deviation_answer(
        const struct call *call, const struct attempt *at, const struct reference *paths)
{
        const struct reference *hidden = NULL;

        if (call->paths > 0 && paths[0].linked && say_link(call->name, at))
                return true;
        /* The text of a symbolic link is text, not a path. */
        for (unsigned i = strncmp(call->name, "symlink", 7) == 0; i < call->paths && !hidden; i++)
                if (is_hidden(&paths[i]))
                        hidden = &paths[i];
        for (size_t i = 0; hidden && i < sizeof(answers) / sizeof(answers[0]); i++)
                if (strcmp(answers[i].call, call->name) == 0) {
                        say_answer(answers[i].answer, at, hidden);
                        return true;
                }
        return false;
}
