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

INTERPOSE_UNUSUAL(
        int, link, (const char *from, const char *to), jail_paths_are_usual(&from, &to), (from, to))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return real(link)(from, to);
}

INTERPOSE_UNUSUAL(int, linkat,
        (int from_fd, const char *from, int to_fd, const char *to, int flags),
        jail_paths_are_usual(&from, &to), (from_fd, from, to_fd, to, flags))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return real(linkat)(from_fd, from, to_fd, to, flags);
}

INTERPOSE_UNUSUAL(int, rename, (const char *from, const char *to), jail_paths_are_usual(&from, &to),
        (from, to))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return lost(from, real(rename)(from, to));
}

INTERPOSE_UNUSUAL(int, renameat, (int from_fd, const char *from, int to_fd, const char *to),
        jail_paths_are_usual(&from, &to), (from_fd, from, to_fd, to))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return lost(from, real(renameat)(from_fd, from, to_fd, to));
}

INTERPOSE_UNUSUAL(int, renameat2,
        (int from_fd, const char *from, int to_fd, const char *to, unsigned flags),
        jail_paths_are_usual(&from, &to), (from_fd, from, to_fd, to, flags))
{
        if (jail_refuses(&from) || jail_refuses(&to))
                return -1;
        return lost(from, real(renameat2)(from_fd, from, to_fd, to, flags));
}

/* The text of a symbolic link is kept as given. */
INTERPOSE_UNUSUAL(
        int, symlink, (const char *text, const char *path), jail_path_is_usual(&path), (text, path))
{
        return jail_refuses(&path) ? -1 : real(symlink)(text, path);
}

INTERPOSE_UNUSUAL(int, symlinkat, (const char *text, int dirfd, const char *path),
        jail_path_is_usual(&path), (text, dirfd, path))
{
        return jail_refuses(&path) ? -1 : real(symlinkat)(text, dirfd, path);
}

INTERPOSE_UNUSUAL(int, unlink, (const char *path), jail_path_is_usual(&path), (path))
{
        return jail_refuses(&path) ? -1 : lost(path, real(unlink)(path));
}

INTERPOSE_UNUSUAL(int, unlinkat, (int dirfd, const char *path, int flags),
        jail_path_is_usual(&path), (dirfd, path, flags))
{
        return jail_refuses(&path) ? -1 : lost(path, real(unlinkat)(dirfd, path, flags));
}

INTERPOSE_UNUSUAL(int, remove, (const char *path), jail_path_is_usual(&path), (path))
{
        return jail_refuses(&path) ? -1 : lost(path, real(remove)(path));
}

INTERPOSE_UNUSUAL(
        int, mkfifo, (const char *path, mode_t mode), jail_path_is_usual(&path), (path, mode))
{
        return jail_refuses(&path) ? -1 : real(mkfifo)(path, mode);
}

INTERPOSE_UNUSUAL(int, mkfifoat, (int dirfd, const char *path, mode_t mode),
        jail_path_is_usual(&path), (dirfd, path, mode))
{
        return jail_refuses(&path) ? -1 : real(mkfifoat)(dirfd, path, mode);
}

INTERPOSE_UNUSUAL(int, mknod, (const char *path, mode_t mode, dev_t device),
        jail_path_is_usual(&path), (path, mode, device))
{
        return jail_refuses(&path) ? -1 : real(mknod)(path, mode, device);
}

INTERPOSE_UNUSUAL(int, mknodat, (int dirfd, const char *path, mode_t mode, dev_t device),
        jail_path_is_usual(&path), (dirfd, path, mode, device))
{
        return jail_refuses(&path) ? -1 : real(mknodat)(dirfd, path, mode, device);
}

/* What mknod() was in programs linked before glibc 2.33. */
INTERPOSE_UNUSUAL(int, __xmknod, (int version, const char *path, mode_t mode, dev_t *device),
        jail_path_is_usual(&path), (version, path, mode, device))
{
        return jail_refuses(&path) ? -1 : real(__xmknod)(version, path, mode, device);
}

INTERPOSE_UNUSUAL(int, __xmknodat,
        (int version, int dirfd, const char *path, mode_t mode, dev_t *device),
        jail_path_is_usual(&path), (version, dirfd, path, mode, device))
{
        return jail_refuses(&path) ? -1 : real(__xmknodat)(version, dirfd, path, mode, device);
}
