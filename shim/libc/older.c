/* The functions that were inline before glibc 2.33, by the names that such a libc has for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/older.h"

#include <sys/stat.h>
#include <sys/types.h>

/* Of the headers of these only; and what was built with newer ones does not run there. */
#ifdef _STAT_VER

/* The real function of this name, which those headers declare. */
#define older(name) ((__typeof__(&name))real_function(SYMBOL_##name))

static int older_stat(const char *path, struct stat *facts)
{
        return older(__xstat)(_STAT_VER, path, facts);
}

static int older_stat64(const char *path, struct stat64 *facts)
{
        return older(__xstat64)(_STAT_VER, path, facts);
}

static int older_lstat(const char *path, struct stat *facts)
{
        return older(__lxstat)(_STAT_VER, path, facts);
}

static int older_lstat64(const char *path, struct stat64 *facts)
{
        return older(__lxstat64)(_STAT_VER, path, facts);
}

static int older_fstatat(int dirfd, const char *path, struct stat *facts, int flags)
{
        return older(__fxstatat)(_STAT_VER, dirfd, path, facts, flags);
}

static int older_fstatat64(int dirfd, const char *path, struct stat64 *facts, int flags)
{
        return older(__fxstatat64)(_STAT_VER, dirfd, path, facts, flags);
}

static int older_mknod(const char *path, mode_t mode, dev_t device)
{
        return older(__xmknod)(_MKNOD_VER, path, mode, &device);
}

static int older_mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
{
        return older(__xmknodat)(_MKNOD_VER, dirfd, path, mode, &device);
}

real_function_type *older_function(enum symbol symbol)
{
        switch ((int)symbol) {
        case SYMBOL_stat:
                return (real_function_type *)older_stat;
        case SYMBOL_stat64:
                return (real_function_type *)older_stat64;
        case SYMBOL_lstat:
                return (real_function_type *)older_lstat;
        case SYMBOL_lstat64:
                return (real_function_type *)older_lstat64;
        case SYMBOL_fstatat:
                return (real_function_type *)older_fstatat;
        case SYMBOL_fstatat64:
                return (real_function_type *)older_fstatat64;
        case SYMBOL_mknod:
                return (real_function_type *)older_mknod;
        case SYMBOL_mknodat:
                return (real_function_type *)older_mknodat;
        default:
                return NULL;
        }
}

#else

real_function_type *older_function(enum symbol symbol)
{
        return NULL;
}

#endif
