/* Hooks that watch, mount and administer by path: what a worker seldom does, and may still call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/types.h>

struct mount_attr;
struct utmp;
struct utmpx;

INTERPOSE(int, inotify_add_watch, (int fd, const char *path, uint32_t mask))
{
        return real(inotify_add_watch)(fd, jail_path(path), mask);
}

INTERPOSE(int, fanotify_mark, (int fd, unsigned flags, uint64_t mask, int dirfd, const char *path))
{
        return real(fanotify_mark)(fd, flags, mask, dirfd, jail_path(path));
}

INTERPOSE(int, name_to_handle_at,
        (int dirfd, const char *path, struct file_handle *handle, int *ret_mount, int flags))
{
        return real(name_to_handle_at)(dirfd, jail_path(path), handle, ret_mount, flags);
}

INTERPOSE(key_t, ftok, (const char *path, int project))
{
        return real(ftok)(jail_path(path), project);
}

INTERPOSE(int, acct, (const char *path))
{
        return real(acct)(jail_path(path));
}

/* The source is a path too, or a name that does not begin with a slash. */
INTERPOSE(int, mount,
        (const char *source, const char *target, const char *type, unsigned long flags,
                const void *data))
{
        return real(mount)(jail_path(source), jail_path(target), type, flags, data);
}

INTERPOSE(int, umount, (const char *target))
{
        return real(umount)(jail_path(target));
}

INTERPOSE(int, umount2, (const char *target, int flags))
{
        return real(umount2)(jail_path(target), flags);
}

INTERPOSE(int, swapon, (const char *path, int flags))
{
        return real(swapon)(jail_path(path), flags);
}

INTERPOSE(int, swapoff, (const char *path))
{
        return real(swapoff)(jail_path(path));
}

INTERPOSE(FILE *, setmntent, (const char *path, const char *mode))
{
        return jail_refuses(&path) ? NULL : real(setmntent)(path, mode);
}

INTERPOSE(FILE *, __setmntent, (const char *path, const char *mode))
{
        return jail_refuses(&path) ? NULL : real(__setmntent)(path, mode);
}

/* libc keeps the name and opens it later, past any hook. */
INTERPOSE(int, utmpname, (const char *path))
{
        return real(utmpname)(jail_path(path));
}

INTERPOSE(int, utmpxname, (const char *path))
{
        return real(utmpxname)(jail_path(path));
}

INTERPOSE(void, updwtmp, (const char *path, const struct utmp *entry))
{
        real(updwtmp)(jail_path(path), entry);
}

INTERPOSE(void, updwtmpx, (const char *path, const struct utmpx *entry))
{
        real(updwtmpx)(jail_path(path), entry);
}

INTERPOSE(int, quotactl, (int command, const char *device, int id, caddr_t address))
{
        return real(quotactl)(command, jail_path(device), id, address);
}

INTERPOSE(int, pivot_root, (const char *root, const char *old))
{
        return real(pivot_root)(jail_path(root), jail_path(old));
}

/* These four came with glibc 2.36. */
INTERPOSE(int, open_tree, (int dirfd, const char *path, unsigned flags))
{
        return real(open_tree)(dirfd, jail_path(path), flags);
}

INTERPOSE(
        int, move_mount, (int from_fd, const char *from, int to_fd, const char *to, unsigned flags))
{
        return real(move_mount)(from_fd, jail_path(from), to_fd, jail_path(to), flags);
}

INTERPOSE(int, fspick, (int dirfd, const char *path, unsigned flags))
{
        return real(fspick)(dirfd, jail_path(path), flags);
}

INTERPOSE(int, mount_setattr,
        (int dirfd, const char *path, unsigned flags, struct mount_attr *attributes, size_t size))
{
        return real(mount_setattr)(dirfd, jail_path(path), flags, attributes, size);
}
