/* Hooks that make, link, rename and remove names in directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name that is gone is no lock file any more. */
static int lost(const char *path, int result)
{
        if (result == 0)
                process_lost_file(path);
        return result;
}

INTERPOSE(int, link, (const char *from, const char *to))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return real(link)(from, to);
}

INTERPOSE(int, linkat, (int from_fd, const char *from, int to_fd, const char *to, int flags))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return real(linkat)(from_fd, from, to_fd, to, flags);
}

INTERPOSE(int, rename, (const char *from, const char *to))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return lost(from, real(rename)(from, to));
}

INTERPOSE(int, renameat, (int from_fd, const char *from, int to_fd, const char *to))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return lost(from, real(renameat)(from_fd, from, to_fd, to));
}

INTERPOSE(
        int, renameat2, (int from_fd, const char *from, int to_fd, const char *to, unsigned flags))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return lost(from, real(renameat2)(from_fd, from, to_fd, to, flags));
}

/* The text of a symbolic link is kept as given. */
INTERPOSE(int, symlink, (const char *text, const char *path))
{
        return jail_refuses(&path) ? -1 : real(symlink)(text, path);
}

INTERPOSE(int, symlinkat, (const char *text, int dirfd, const char *path))
{
        return jail_refuses(&path) ? -1 : real(symlinkat)(text, dirfd, path);
}

INTERPOSE(int, unlink, (const char *path))
{
        return jail_refuses(&path) ? -1 : lost(path, real(unlink)(path));
}

INTERPOSE(int, unlinkat, (int dirfd, const char *path, int flags))
{
        return jail_refuses(&path) ? -1 : lost(path, real(unlinkat)(dirfd, path, flags));
}

INTERPOSE(int, remove, (const char *path))
{
        return jail_refuses(&path) ? -1 : lost(path, real(remove)(path));
}

INTERPOSE(int, mkfifo, (const char *path, mode_t mode))
{
        return jail_refuses(&path) ? -1 : real(mkfifo)(path, mode);
}

INTERPOSE(int, mkfifoat, (int dirfd, const char *path, mode_t mode))
{
        return jail_refuses(&path) ? -1 : real(mkfifoat)(dirfd, path, mode);
}

INTERPOSE(int, mknod, (const char *path, mode_t mode, dev_t device))
{
        return jail_refuses(&path) ? -1 : real(mknod)(path, mode, device);
}

INTERPOSE(int, mknodat, (int dirfd, const char *path, mode_t mode, dev_t device))
{
        return jail_refuses(&path) ? -1 : real(mknodat)(dirfd, path, mode, device);
}

/* What mknod() was in programs linked before glibc 2.33. */
INTERPOSE(int, __xmknod, (int version, const char *path, mode_t mode, dev_t *device))
{
        return jail_refuses(&path) ? -1 : real(__xmknod)(version, path, mode, device);
}

INTERPOSE(int, __xmknodat, (int version, int dirfd, const char *path, mode_t mode, dev_t *device))
{
        return jail_refuses(&path) ? -1 : real(__xmknodat)(version, dirfd, path, mode, device);
}
