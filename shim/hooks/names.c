/* Hooks that make, link, rename and remove names in directories. */
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
        if (ancestor_refuses(from, jail_path(from)) || ancestor_refuses(to, jail_path(to)))
                return -1;
        return real(link)(jail_path(from), jail_path(to));
}

INTERPOSE(int, linkat, (int from_fd, const char *from, int to_fd, const char *to, int flags))
{
        if (ancestor_refuses(from, jail_path(from)) || ancestor_refuses(to, jail_path(to)))
                return -1;
        return real(linkat)(from_fd, jail_path(from), to_fd, jail_path(to), flags);
}

INTERPOSE(int, rename, (const char *from, const char *to))
{
        if (ancestor_refuses(from, jail_path(from)) || ancestor_refuses(to, jail_path(to)))
                return -1;
        return lost(from, real(rename)(jail_path(from), jail_path(to)));
}

INTERPOSE(int, renameat, (int from_fd, const char *from, int to_fd, const char *to))
{
        if (ancestor_refuses(from, jail_path(from)) || ancestor_refuses(to, jail_path(to)))
                return -1;
        return lost(from, real(renameat)(from_fd, jail_path(from), to_fd, jail_path(to)));
}

INTERPOSE(
        int, renameat2, (int from_fd, const char *from, int to_fd, const char *to, unsigned flags))
{
        if (ancestor_refuses(from, jail_path(from)) || ancestor_refuses(to, jail_path(to)))
                return -1;
        return lost(from, real(renameat2)(from_fd, jail_path(from), to_fd, jail_path(to), flags));
}

/* The text of a symbolic link is kept as given. */
INTERPOSE(int, symlink, (const char *text, const char *path))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(symlink)(text, jail_path(path));
}

INTERPOSE(int, symlinkat, (const char *text, int dirfd, const char *path))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(symlinkat)(text, dirfd, jail_path(path));
}

INTERPOSE(int, unlink, (const char *path))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return lost(path, real(unlink)(jail_path(path)));
}

INTERPOSE(int, unlinkat, (int dirfd, const char *path, int flags))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return lost(path, real(unlinkat)(dirfd, jail_path(path), flags));
}

INTERPOSE(int, remove, (const char *path))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return lost(path, real(remove)(jail_path(path)));
}

INTERPOSE(int, mkfifo, (const char *path, mode_t mode))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(mkfifo)(jail_path(path), mode);
}

INTERPOSE(int, mkfifoat, (int dirfd, const char *path, mode_t mode))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(mkfifoat)(dirfd, jail_path(path), mode);
}

INTERPOSE(int, mknod, (const char *path, mode_t mode, dev_t device))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(mknod)(jail_path(path), mode, device);
}

INTERPOSE(int, mknodat, (int dirfd, const char *path, mode_t mode, dev_t device))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(mknodat)(dirfd, jail_path(path), mode, device);
}

/* What mknod() was in programs linked before glibc 2.33. */
INTERPOSE(int, __xmknod, (int version, const char *path, mode_t mode, dev_t *device))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(__xmknod)(version, jail_path(path), mode, device);
}

INTERPOSE(int, __xmknodat, (int version, int dirfd, const char *path, mode_t mode, dev_t *device))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(__xmknodat)(version, dirfd, jail_path(path), mode, device);
}
