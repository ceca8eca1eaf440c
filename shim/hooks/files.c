/* Hooks that open, create and truncate files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/optional.h"
#include "supply/lock_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>

typedef int open_type(const char *path, int flags, ...);
typedef int openat_type(int dirfd, const char *path, int flags, ...);

/* The hooks of these take a mode always, and hand it on (hooks/optional.h). */
#define real_open(name) ((open_type *)real_function(SYMBOL_##name))
#define real_openat(name) ((openat_type *)real_function(SYMBOL_##name))

/* What a worker opens tells the shim nothing, where no lock file waits for it. */
static inline __attribute__((always_inline)) bool open_is_usual(const char **path)
{
        return lock_files_carried == 0 && jail_path_is_usual(path);
}

static bool is_exclusive(int flags)
{
        return (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
}

/* What the shim learns from an open(); @path is as the caller gave it. */
static int opened(const char *path, int flags, int fd)
{
        if (fd < 0)
                return fd;
        if (is_exclusive(flags))
                process_created_file(path, flags, fd);
        else if (this_process()->role == CHROOTSHIM_PENDING)
                process_lost_file(path);
        return fd;
}

/* The worker's own descriptor of a lock file of the master, or a negative number. */
static int handed_out(const char *path, int flags)
{
        return lock_files_carried && process_is_jailed() && path ? lock_files_hand_out(path, flags)
                                                                 : -1;
}

static int open_file(open_type *function, const char *path, int flags, mode_t mode)
{
        const char *inside = path;
        int fd;

        if (jail_refuses(&inside))
                return -1;
        fd = handed_out(path, flags);
        return fd >= 0 ? fd : opened(path, flags, function(inside, flags, mode));
}

static int openat_file(openat_type *function, int dirfd, const char *path, int flags, mode_t mode)
{
        const char *inside = path;
        int fd;

        if (jail_refuses(&inside))
                return -1;
        fd = handed_out(path, flags);
        return fd >= 0 ? fd : opened(path, flags, function(dirfd, inside, flags, mode));
}

INTERPOSE_OPTIONAL(int, open, (const char *path, int flags), flags, mode_t, mode,
        open_is_usual(&path), (path, flags, mode))
{
        return open_file(real_open(open), path, flags, mode);
}

INTERPOSE_OPTIONAL(int, open64, (const char *path, int flags), flags, mode_t, mode,
        open_is_usual(&path), (path, flags, mode))
{
        return open_file(real_open(open64), path, flags, mode);
}

INTERPOSE_OPTIONAL(int, __open, (const char *path, int flags), flags, mode_t, mode,
        open_is_usual(&path), (path, flags, mode))
{
        return open_file(real_open(__open), path, flags, mode);
}

INTERPOSE_OPTIONAL(int, __open64, (const char *path, int flags), flags, mode_t, mode,
        open_is_usual(&path), (path, flags, mode))
{
        return open_file(real_open(__open64), path, flags, mode);
}

INTERPOSE_OPTIONAL(int, openat, (int dirfd, const char *path, int flags), flags, mode_t, mode,
        open_is_usual(&path), (dirfd, path, flags, mode))
{
        return openat_file(real_openat(openat), dirfd, path, flags, mode);
}

INTERPOSE_OPTIONAL(int, openat64, (int dirfd, const char *path, int flags), flags, mode_t, mode,
        open_is_usual(&path), (dirfd, path, flags, mode))
{
        return openat_file(real_openat(openat64), dirfd, path, flags, mode);
}

/* FORTIFY's forms take no mode: libc checks that none is needed. */
INTERPOSE_UNUSUAL(int, __open_2, (const char *path, int flags), open_is_usual(&path), (path, flags))
{
        return jail_refuses(&path) ? -1 : opened(path, flags, real(__open_2)(path, flags));
}

INTERPOSE_UNUSUAL(
        int, __open64_2, (const char *path, int flags), open_is_usual(&path), (path, flags))
{
        return jail_refuses(&path) ? -1 : opened(path, flags, real(__open64_2)(path, flags));
}

INTERPOSE_UNUSUAL(int, __openat_2, (int dirfd, const char *path, int flags), open_is_usual(&path),
        (dirfd, path, flags))
{
        return jail_refuses(&path) ? -1 : opened(path, flags, real(__openat_2)(dirfd, path, flags));
}

INTERPOSE_UNUSUAL(int, __openat64_2, (int dirfd, const char *path, int flags), open_is_usual(&path),
        (dirfd, path, flags))
{
        return jail_refuses(&path) ? -1
                                   : opened(path, flags, real(__openat64_2)(dirfd, path, flags));
}

/* Is it the descriptor's directory that an absolute path begins at, and no view of ours? */
static bool is_in_root(const struct open_how *how, size_t size)
{
        return how && size >= sizeof(*how) && how->resolve & RESOLVE_IN_ROOT;
}

/* It came with glibc 2.43. */
INTERPOSE_UNUSUAL(int, openat2,
        (int dirfd, const char *path, const struct open_how *how, size_t size),
        !is_in_root(how, size) && open_is_usual(&path), (dirfd, path, how, size))
{
        const char *inside = path;
        int fd;

        if (is_in_root(how, size))
                return real(openat2)(dirfd, path, how, size);
        if (jail_refuses(&inside))
                return -1;
        fd = how ? handed_out(path, (int)how->flags) : -1;
        if (fd >= 0)
                return fd;
        fd = real(openat2)(dirfd, inside, how, size);
        return how ? opened(path, (int)how->flags, fd) : fd;
}

INTERPOSE_UNUSUAL(int, creat, (const char *path, mode_t mode), open_is_usual(&path), (path, mode))
{
        return jail_refuses(&path) ? -1 : opened(path, 0, real(creat)(path, mode));
}

INTERPOSE_UNUSUAL(int, creat64, (const char *path, mode_t mode), open_is_usual(&path), (path, mode))
{
        return jail_refuses(&path) ? -1 : opened(path, 0, real(creat64)(path, mode));
}

INTERPOSE_UNUSUAL(FILE *, fopen, (const char *path, const char *mode), jail_path_is_usual(&path),
        (path, mode))
{
        return jail_refuses(&path) ? NULL : real(fopen)(path, mode);
}

/* The same function; old programs, and libraries of C++, have this name of it. */
INTERPOSE_UNUSUAL(FILE *, _IO_fopen, (const char *path, const char *mode),
        jail_path_is_usual(&path), (path, mode))
{
        return jail_refuses(&path) ? NULL : real(_IO_fopen)(path, mode);
}

INTERPOSE_UNUSUAL(FILE *, fopen64, (const char *path, const char *mode), jail_path_is_usual(&path),
        (path, mode))
{
        return jail_refuses(&path) ? NULL : real(fopen64)(path, mode);
}

INTERPOSE_UNUSUAL(FILE *, freopen, (const char *path, const char *mode, FILE *stream),
        jail_path_is_usual(&path), (path, mode, stream))
{
        return jail_refuses(&path) ? NULL : real(freopen)(path, mode, stream);
}

INTERPOSE_UNUSUAL(FILE *, freopen64, (const char *path, const char *mode, FILE *stream),
        jail_path_is_usual(&path), (path, mode, stream))
{
        return jail_refuses(&path) ? NULL : real(freopen64)(path, mode, stream);
}

INTERPOSE_UNUSUAL(
        int, truncate, (const char *path, off_t length), jail_path_is_usual(&path), (path, length))
{
        return real(truncate)(jail_path(path), length);
}

INTERPOSE_UNUSUAL(int, truncate64, (const char *path, off64_t length), jail_path_is_usual(&path),
        (path, length))
{
        return real(truncate64)(jail_path(path), length);
}
