/* Hooks that walk trees and match patterns: what they report begins with the path they were given.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

#include <dirent.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
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

INTERPOSE(int, ftw64,
        (const char *path, int (*callback)(const char *, const struct stat64 *, int), int depth))
{
        const char *inside = jail_path(path);
        struct walk outer;
        int result;

        if (!walk_is_translated(path, inside))
                return real(ftw64)(inside, callback, depth);
        outer = walk_begin(path, inside);
        walk.callback.ftw64 = callback;
        result = real(ftw64)(inside, report_ftw64, depth);
        walk = outer;
        return result;
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

INTERPOSE(int, nftw64,
        (const char *path, int (*callback)(const char *, const struct stat64 *, int, struct FTW *),
                int depth, int flags))
{
        const char *inside = jail_path(path);
        struct walk outer;
        int result;

        if (!walk_is_translated(path, inside))
                return real(nftw64)(inside, callback, depth, flags);
        outer = walk_begin(path, inside);
        walk.callback.nftw64 = callback;
        result = real(nftw64)(inside, report_nftw64, depth, flags);
        walk = outer;
        return result;
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

INTERPOSE(FTS64 *, fts64_open,
        (char *const *paths, int options, int (*compare)(const FTSENT64 **, const FTSENT64 **)))
{
        size_t count = path_count(paths);
        char *inside[count + 1];

        for (size_t i = 0; i <= count; i++)
                inside[i] = (char *)(uintptr_t)jail_path(paths[i]);
        return real(fts64_open)(inside, options, compare);
}

static void *glob_open(const char *path)
{
        return opendir(path);
}

static struct dirent *glob_read(void *directory)
{
        return readdir(directory);
}

static struct dirent64 *glob_read64(void *directory)
{
        return readdir64(directory);
}

static void glob_close(void *directory)
{
        closedir(directory);
}

/*
 * In the outside view the pattern stays as it is, and with it what comes out: libc walks by our
 * own hooks instead, which translate, so that braces around outside paths work too. A wild card in
 * the jail's own path matches nothing: its ancestors cannot be listed. A caller's own functions
 * for the same purpose call hooks by themselves.
 */
INTERPOSE(int, glob,
        (const char *pattern, int flags, int (*on_error)(const char *, int), glob_t *matches))
{
        glob_t given;
        int result;

        if (!outside_applies())
                return real(glob)(jail_path(pattern), flags, on_error, matches);
        if ((flags & GLOB_ALTDIRFUNC) || !matches)
                return real(glob)(pattern, flags, on_error, matches);
        given = *matches;
        matches->gl_opendir = glob_open;
        matches->gl_readdir = glob_read;
        matches->gl_closedir = glob_close;
        matches->gl_stat = stat;
        matches->gl_lstat = lstat;
        result = real(glob)(pattern, flags | GLOB_ALTDIRFUNC, on_error, matches);
        matches->gl_opendir = given.gl_opendir;
        matches->gl_readdir = given.gl_readdir;
        matches->gl_closedir = given.gl_closedir;
        matches->gl_stat = given.gl_stat;
        matches->gl_lstat = given.gl_lstat;
        matches->gl_flags &= ~GLOB_ALTDIRFUNC;
        return result;
}

INTERPOSE(int, glob64,
        (const char *pattern, int flags, int (*on_error)(const char *, int), glob64_t *matches))
{
        glob64_t given;
        int result;

        if (!outside_applies())
                return real(glob64)(jail_path(pattern), flags, on_error, matches);
        if ((flags & GLOB_ALTDIRFUNC) || !matches)
                return real(glob64)(pattern, flags, on_error, matches);
        given = *matches;
        matches->gl_opendir = glob_open;
        matches->gl_readdir = glob_read64;
        matches->gl_closedir = glob_close;
        matches->gl_stat = stat64;
        matches->gl_lstat = lstat64;
        result = real(glob64)(pattern, flags | GLOB_ALTDIRFUNC, on_error, matches);
        matches->gl_opendir = given.gl_opendir;
        matches->gl_readdir = given.gl_readdir;
        matches->gl_closedir = given.gl_closedir;
        matches->gl_stat = given.gl_stat;
        matches->gl_lstat = given.gl_lstat;
        matches->gl_flags &= ~GLOB_ALTDIRFUNC;
        return result;
}
