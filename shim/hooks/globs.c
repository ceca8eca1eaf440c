/* Hooks that match patterns with names of files: what comes out begins as the pattern does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

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

typedef int glob_error(const char *path, int error);
typedef int glob64_type(const char *pattern, int flags, glob_error *on_error, glob64_t *matches);
typedef int stat64_type(const char *path, struct stat64 *facts);

/* @look, @look_at_link: the stat functions of the kind that this glob() calls. */
static int walk_glob64(glob64_type *function, stat64_type *look, stat64_type *look_at_link,
        const char *pattern, int flags, glob_error *on_error, glob64_t *matches)
{
        glob64_t given;
        int result;

        if (!outside_applies())
                return function(jail_path(pattern), flags, on_error, matches);
        if ((flags & GLOB_ALTDIRFUNC) || !matches)
                return function(pattern, flags, on_error, matches);
        given = *matches;
        matches->gl_opendir = glob_open;
        matches->gl_readdir = glob_read64;
        matches->gl_closedir = glob_close;
        matches->gl_stat = look;
        matches->gl_lstat = look_at_link;
        result = function(pattern, flags | GLOB_ALTDIRFUNC, on_error, matches);
        matches->gl_opendir = given.gl_opendir;
        matches->gl_readdir = given.gl_readdir;
        matches->gl_closedir = given.gl_closedir;
        matches->gl_stat = given.gl_stat;
        matches->gl_lstat = given.gl_lstat;
        matches->gl_flags &= ~GLOB_ALTDIRFUNC;
        return result;
}

INTERPOSE(int, glob64, (const char *pattern, int flags, glob_error *on_error, glob64_t *matches))
{
        return walk_glob64(real(glob64), stat64, lstat64, pattern, flags, on_error, matches);
}

#if HOOKS_TIME64
/* The hooks of hooks/time64.c, which fill a larger struct. */
stat64_type stat_time64 __asm__("__stat64_time64"), lstat_time64 __asm__("__lstat64_time64");

INTERPOSE(int, __glob64_time64,
        (const char *pattern, int flags, glob_error *on_error, glob64_t *matches))
{
        return walk_glob64(real(__glob64_time64), stat_time64, lstat_time64, pattern, flags,
                on_error, matches);
}
#endif
