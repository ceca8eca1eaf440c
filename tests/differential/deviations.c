/*
 * Where the shim is meant to answer otherwise than the kernel: the jail's proper ancestors, where
 * the jail has nothing of that name. A worker is told that they are directories which can be
 * passed through; nothing else can be done with them. There is no other deviation.
 */
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
        struct stat facts;

        return path->place == PLACE_ANCESTOR &&
               syscall(SYS_newfstatat, AT_FDCWD, path->inside, &facts, AT_SYMLINK_NOFOLLOW) != 0 &&
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
        case REFUSED:
                say_result(-1);
                return;
        case REFUSED_NULL:
                say_path(at, NULL);
        }
}

bool deviation_answer(
        const struct call *call, const struct attempt *at, const struct reference *paths)
{
        const struct reference *hidden = NULL;

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
