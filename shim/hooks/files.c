/* Hooks that open, create and truncate files. */
#include "hooks/jail_path.h"
#include "libc/real.h"
#include "supply/lock_files.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>

typedef int open_type(const char *path, int flags, ...);
typedef int openat_type(int dirfd, const char *path, int flags, ...);

/* open(2) reads its third argument for O_TMPFILE too. */
static bool has_mode(int flags)
{
        return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
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
        else if (process.role == CHROOTSHIM_PENDING)
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
        const char *inside = jail_path(path);
        int fd = handed_out(path, flags);

        if (fd < 0 && ancestor_refuses(path, inside))
                return -1;
        return fd >= 0 ? fd : opened(path, flags, function(inside, flags, mode));
}

static int openat_file(openat_type *function, int dirfd, const char *path, int flags, mode_t mode)
{
        const char *inside = jail_path(path);
        int fd = handed_out(path, flags);

        if (fd < 0 && ancestor_refuses(path, inside))
                return -1;
        return fd >= 0 ? fd : opened(path, flags, function(dirfd, inside, flags, mode));
}

static mode_t mode_argument(int flags, va_list arguments)
{
        return has_mode(flags) ? va_arg(arguments, mode_t) : 0;
}

INTERPOSE(int, open, (const char *path, int flags, ...))
{
        va_list arguments;
        mode_t mode;

        va_start(arguments, flags);
        mode = mode_argument(flags, arguments);
        va_end(arguments);
        return open_file(real(open), path, flags, mode);
}

INTERPOSE(int, open64, (const char *path, int flags, ...))
{
        va_list arguments;
        mode_t mode;

        va_start(arguments, flags);
        mode = mode_argument(flags, arguments);
        va_end(arguments);
        return open_file(real(open64), path, flags, mode);
}

INTERPOSE(int, __open, (const char *path, int flags, ...))
{
        va_list arguments;
        mode_t mode;

        va_start(arguments, flags);
        mode = mode_argument(flags, arguments);
        va_end(arguments);
        return open_file(real(__open), path, flags, mode);
}

INTERPOSE(int, __open64, (const char *path, int flags, ...))
{
        va_list arguments;
        mode_t mode;

        va_start(arguments, flags);
        mode = mode_argument(flags, arguments);
        va_end(arguments);
        return open_file(real(__open64), path, flags, mode);
}

/* FORTIFY's forms take no mode: libc checks that none is needed. */
INTERPOSE(int, __open_2, (const char *path, int flags))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return opened(path, flags, real(__open_2)(inside, flags));
}

INTERPOSE(int, __open64_2, (const char *path, int flags))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return opened(path, flags, real(__open64_2)(inside, flags));
}

INTERPOSE(int, openat, (int dirfd, const char *path, int flags, ...))
{
        va_list arguments;
        mode_t mode;

        va_start(arguments, flags);
        mode = mode_argument(flags, arguments);
        va_end(arguments);
        return openat_file(real(openat), dirfd, path, flags, mode);
}

INTERPOSE(int, openat64, (int dirfd, const char *path, int flags, ...))
{
        va_list arguments;
        mode_t mode;

        va_start(arguments, flags);
        mode = mode_argument(flags, arguments);
        va_end(arguments);
        return openat_file(real(openat64), dirfd, path, flags, mode);
}

INTERPOSE(int, __openat_2, (int dirfd, const char *path, int flags))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return opened(path, flags, real(__openat_2)(dirfd, inside, flags));
}

INTERPOSE(int, __openat64_2, (int dirfd, const char *path, int flags))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return opened(path, flags, real(__openat64_2)(dirfd, inside, flags));
}

INTERPOSE(int, creat, (const char *path, mode_t mode))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return opened(path, 0, real(creat)(inside, mode));
}

INTERPOSE(int, creat64, (const char *path, mode_t mode))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return opened(path, 0, real(creat64)(inside, mode));
}

INTERPOSE(FILE *, fopen, (const char *path, const char *mode))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return NULL;
        return real(fopen)(inside, mode);
}

INTERPOSE(FILE *, fopen64, (const char *path, const char *mode))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return NULL;
        return real(fopen64)(inside, mode);
}

INTERPOSE(FILE *, freopen, (const char *path, const char *mode, FILE *stream))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return NULL;
        return real(freopen)(inside, mode, stream);
}

INTERPOSE(FILE *, freopen64, (const char *path, const char *mode, FILE *stream))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return NULL;
        return real(freopen64)(inside, mode, stream);
}

INTERPOSE(int, truncate, (const char *path, off_t length))
{
        return real(truncate)(jail_path(path), length);
}

INTERPOSE(int, truncate64, (const char *path, off64_t length))
{
        return real(truncate64)(jail_path(path), length);
}
