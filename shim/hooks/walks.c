/* Hooks that walk trees: what they report begins with the path they were given. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

#include <fts.h>
#include <ftw.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The callbacks of ftw() and nftw() have no argument of the caller's, so what a thread walks is
 * kept here; a walk inside a callback puts the outer one back when it ends.
 */
struct walk {
        /* The caller's path up to its inside view: what the callback's paths get in front. */
        const char *head;
        size_t head_length;
        union {
                int (*ftw)(const char *, const struct stat *, int);
                int (*ftw64)(const char *, const struct stat64 *, int);
                int (*nftw)(const char *, const struct stat *, int, struct FTW *);
                int (*nftw64)(const char *, const struct stat64 *, int, struct FTW *);
        } callback;
};

/* Initial-exec: the loader then has nothing to allocate at the first use in a thread. */
static __thread struct walk walk __attribute__((tls_model("initial-exec")));

/*
 * Begin the walk of @path, whose inside view is @inside. The jail itself is "/" inside, and its
 * whole path is the head, without the slashes at its end.
 */
static struct walk walk_begin(const char *path, const char *inside)
{
        struct walk outer = walk;
        size_t length = strlen(path);

        if (strcmp(inside, "/") == 0)
                while (length > 0 && path[length - 1] == '/')
                        length--;
        else
                length -= strlen(inside);
        walk.head = path;
        walk.head_length = length;
        return outer;
}

/* Does the caller of a walk of @path see another path than libc? */
static bool walk_is_translated(const char *path, const char *inside)
{
        return inside != path && outside_applies();
}

/* The path for the callback, in @buffer; @path itself where it would be too long. */
static const char *walk_path(const char *path, char *buffer)
{
        size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);

        if (walk.head_length + length >= PATH_MAX)
                return path;
        memcpy(buffer, walk.head, walk.head_length);
        memcpy(buffer + walk.head_length, path, length);
        buffer[walk.head_length + length] = '\0';
        return buffer;
}

/* The place of the last component, as nftw(3) reports it, in the path for the callback. */
static struct FTW walk_place(const char *outside, const char *path, const struct FTW *place)
{
        struct FTW moved = *place;
        const char *slash = strrchr(outside, '/');

        if (outside != path && slash)
                moved.base = (int)(slash + 1 - outside);
        return moved;
}

static int report_ftw(const char *path, const struct stat *facts, int kind)
{
        char buffer[PATH_MAX];

        return walk.callback.ftw(walk_path(path, buffer), facts, kind);
}

static int report_ftw64(const char *path, const struct stat64 *facts, int kind)
{
        char buffer[PATH_MAX];

        return walk.callback.ftw64(walk_path(path, buffer), facts, kind);
}

static int report_nftw(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
        char buffer[PATH_MAX];
        const char *outside = walk_path(path, buffer);
        struct FTW moved = walk_place(outside, path, place);

        return walk.callback.nftw(outside, facts, kind, &moved);
}

static int report_nftw64(const char *path, const struct stat64 *facts, int kind, struct FTW *place)
{
        char buffer[PATH_MAX];
        const char *outside = walk_path(path, buffer);
        struct FTW moved = walk_place(outside, path, place);

        return walk.callback.nftw64(outside, facts, kind, &moved);
}

INTERPOSE(int, ftw,
        (const char *path, int (*callback)(const char *, const struct stat *, int), int depth))
{
        const char *inside = jail_path(path);
        struct walk outer;
        int result;

        if (!walk_is_translated(path, inside))
                return real(ftw)(inside, callback, depth);
        outer = walk_begin(path, inside);
        walk.callback.ftw = callback;
        result = real(ftw)(inside, report_ftw, depth);
        walk = outer;
        return result;
}

typedef int ftw64_callback(const char *path, const struct stat64 *facts, int kind);
typedef int ftw64_type(const char *path, ftw64_callback *callback, int depth);

static int walk_ftw64(ftw64_type *function, const char *path, ftw64_callback *callback, int depth)
{
        const char *inside = jail_path(path);
        struct walk outer;
        int result;

        if (!walk_is_translated(path, inside))
                return function(inside, callback, depth);
        outer = walk_begin(path, inside);
        walk.callback.ftw64 = callback;
        result = function(inside, report_ftw64, depth);
        walk = outer;
        return result;
}

INTERPOSE(int, ftw64, (const char *path, ftw64_callback *callback, int depth))
{
        return walk_ftw64(real(ftw64), path, callback, depth);
}

INTERPOSE(int, nftw,
        (const char *path, int (*callback)(const char *, const struct stat *, int, struct FTW *),
                int depth, int flags))
{
        const char *inside = jail_path(path);
        struct walk outer;
        int result;

        if (!walk_is_translated(path, inside))
                return real(nftw)(inside, callback, depth, flags);
        outer = walk_begin(path, inside);
        walk.callback.nftw = callback;
        result = real(nftw)(inside, report_nftw, depth, flags);
        walk = outer;
        return result;
}

typedef int nftw64_callback(
        const char *path, const struct stat64 *facts, int kind, struct FTW *place);
typedef int nftw64_type(const char *path, nftw64_callback *callback, int depth, int flags);

static int walk_nftw64(
        nftw64_type *function, const char *path, nftw64_callback *callback, int depth, int flags)
{
        const char *inside = jail_path(path);
        struct walk outer;
        int result;

        if (!walk_is_translated(path, inside))
                return function(inside, callback, depth, flags);
        outer = walk_begin(path, inside);
        walk.callback.nftw64 = callback;
        result = function(inside, report_nftw64, depth, flags);
        walk = outer;
        return result;
}

INTERPOSE(int, nftw64, (const char *path, nftw64_callback *callback, int depth, int flags))
{
        return walk_nftw64(real(nftw64), path, callback, depth, flags);
}

static size_t path_count(char *const *paths)
{
        size_t count = 0;

        while (paths[count])
                count++;
        return count;
}

/* Results keep the inside view: fts_read() goes on with them. */
INTERPOSE(FTS *, fts_open,
        (char *const *paths, int options, int (*compare)(const FTSENT **, const FTSENT **)))
{
        size_t count = path_count(paths);
        char *inside[count + 1];

        for (size_t i = 0; i <= count; i++)
                inside[i] = (char *)(uintptr_t)jail_path(paths[i]);
        return real(fts_open)(inside, options, compare);
}

typedef int fts64_compare(const FTSENT64 **, const FTSENT64 **);
typedef FTS64 *fts64_type(char *const *paths, int options, fts64_compare *compare);

static FTS64 *open_fts64(
        fts64_type *function, char *const *paths, int options, fts64_compare *compare)
{
        size_t count = path_count(paths);
        char *inside[count + 1];

        for (size_t i = 0; i <= count; i++)
                inside[i] = (char *)(uintptr_t)jail_path(paths[i]);
        return function(inside, options, compare);
}

INTERPOSE(FTS64 *, fts64_open, (char *const *paths, int options, fts64_compare *compare))
{
        return open_fts64(real(fts64_open), paths, options, compare);
}

#if HOOKS_TIME64
/* What comes to a caller's function of a file is handed on: it knows which struct that is. */
INTERPOSE(int, __ftw64_time64, (const char *path, ftw64_callback *callback, int depth))
{
        return walk_ftw64(real(__ftw64_time64), path, callback, depth);
}

INTERPOSE(int, __nftw64_time64, (const char *path, nftw64_callback *callback, int depth, int flags))
{
        return walk_nftw64(real(__nftw64_time64), path, callback, depth, flags);
}

INTERPOSE(FTS64 *, __fts64_open_time64, (char *const *paths, int options, fts64_compare *compare))
{
        return open_fts64(real(__fts64_open_time64), paths, options, compare);
}
#endif
