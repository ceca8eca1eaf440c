/* Hooks that watch, mount and administer by path: what a worker seldom does, and may still call. */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ipc.h>

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

INTERPOSE(char *, bindtextdomain, (const char *domain, const char *path))
{
        return real(bindtextdomain)(domain, jail_path(path));
}
