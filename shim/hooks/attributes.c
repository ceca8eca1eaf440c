/* Hooks that change a file's mode, owner and times. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

INTERPOSE_UNUSUAL(
        int, chmod, (const char *path, mode_t mode), jail_path_is_usual(&path), (path, mode))
{
        return real(chmod)(jail_path(path), mode);
}

INTERPOSE_UNUSUAL(
        int, lchmod, (const char *path, mode_t mode), jail_path_is_usual(&path), (path, mode))
{
        return real(lchmod)(jail_path(path), mode);
}

INTERPOSE_UNUSUAL(int, fchmodat, (int dirfd, const char *path, mode_t mode, int flags),
        jail_path_is_usual(&path), (dirfd, path, mode, flags))
{
        return real(fchmodat)(dirfd, jail_path(path), mode, flags);
}

INTERPOSE_UNUSUAL(int, chown, (const char *path, uid_t owner, gid_t group),
        jail_path_is_usual(&path), (path, owner, group))
{
        return real(chown)(jail_path(path), owner, group);
}

INTERPOSE_UNUSUAL(int, lchown, (const char *path, uid_t owner, gid_t group),
        jail_path_is_usual(&path), (path, owner, group))
{
        return real(lchown)(jail_path(path), owner, group);
}

INTERPOSE_UNUSUAL(int, fchownat, (int dirfd, const char *path, uid_t owner, gid_t group, int flags),
        jail_path_is_usual(&path), (dirfd, path, owner, group, flags))
{
        return real(fchownat)(dirfd, jail_path(path), owner, group, flags);
}

INTERPOSE_UNUSUAL(int, utime, (const char *path, const struct utimbuf *times),
        jail_path_is_usual(&path), (path, times))
{
        return real(utime)(jail_path(path), times);
}

INTERPOSE_UNUSUAL(int, utimes, (const char *path, const struct timeval times[2]),
        jail_path_is_usual(&path), (path, times))
{
        return real(utimes)(jail_path(path), times);
}

INTERPOSE_UNUSUAL(int, lutimes, (const char *path, const struct timeval times[2]),
        jail_path_is_usual(&path), (path, times))
{
        return real(lutimes)(jail_path(path), times);
}

INTERPOSE_UNUSUAL(int, futimesat, (int dirfd, const char *path, const struct timeval times[2]),
        jail_path_is_usual(&path), (dirfd, path, times))
{
        return real(futimesat)(dirfd, jail_path(path), times);
}

INTERPOSE_UNUSUAL(int, utimensat,
        (int dirfd, const char *path, const struct timespec times[2], int flags),
        jail_path_is_usual(&path), (dirfd, path, times, flags))
{
        return real(utimensat)(dirfd, jail_path(path), times, flags);
}

#if HOOKS_TIME64
INTERPOSE(int, __utime64, (const char *path, const struct utimbuf *times))
{
        return real(__utime64)(jail_path(path), times);
}

INTERPOSE(int, __utimes64, (const char *path, const struct timeval times[2]))
{
        return real(__utimes64)(jail_path(path), times);
}

INTERPOSE(int, __lutimes64, (const char *path, const struct timeval times[2]))
{
        return real(__lutimes64)(jail_path(path), times);
}

INTERPOSE(int, __futimesat64, (int dirfd, const char *path, const struct timeval times[2]))
{
        return real(__futimesat64)(dirfd, jail_path(path), times);
}

INTERPOSE(int, __utimensat64,
        (int dirfd, const char *path, const struct timespec times[2], int flags))
{
        return real(__utimensat64)(dirfd, jail_path(path), times, flags);
}
#endif
