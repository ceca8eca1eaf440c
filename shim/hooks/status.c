/* Hooks that look at a file: the stat, access and statfs families. */
#include "hooks/jail_path.h"
#include "hooks/real.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* An ancestor of the jail as a worker sees it: it can be passed through, and nothing else. */
#define ANCESTOR_MODE (S_IFDIR | S_IXUSR | S_IXGRP | S_IXOTH)

/*
 * The answer of a stat function, which returned @result with errno; @before is errno as it was.
 * The types of struct stat and struct stat64 are the same where off_t has 64 bits.
 */
static int answer(const char *path, struct stat *facts, int result, int before)
{
        if (result == 0 || !ancestor_exists(path, errno))
                return result;
        *facts = (struct stat){.st_mode = ANCESTOR_MODE, .st_nlink = 2, .st_blksize = 4096};
        errno = before;
        return 0;
}

static int answer64(const char *path, struct stat64 *facts, int result, int before)
{
        if (result == 0 || !ancestor_exists(path, errno))
                return result;
        *facts = (struct stat64){.st_mode = ANCESTOR_MODE, .st_nlink = 2, .st_blksize = 4096};
        errno = before;
        return 0;
}

INTERPOSE(int, stat, (const char *path, struct stat *facts))
{
        int before = errno;

        return answer(path, facts, real(stat)(jail_path(path), facts), before);
}

INTERPOSE(int, stat64, (const char *path, struct stat64 *facts))
{
        int before = errno;

        return answer64(path, facts, real(stat64)(jail_path(path), facts), before);
}

INTERPOSE(int, lstat, (const char *path, struct stat *facts))
{
        int before = errno;

        return answer(path, facts, real(lstat)(jail_path(path), facts), before);
}

INTERPOSE(int, lstat64, (const char *path, struct stat64 *facts))
{
        int before = errno;

        return answer64(path, facts, real(lstat64)(jail_path(path), facts), before);
}

INTERPOSE(int, fstatat, (int dirfd, const char *path, struct stat *facts, int flags))
{
        int before = errno;

        return answer(path, facts, real(fstatat)(dirfd, jail_path(path), facts, flags), before);
}

INTERPOSE(int, fstatat64, (int dirfd, const char *path, struct stat64 *facts, int flags))
{
        int before = errno;

        return answer64(path, facts, real(fstatat64)(dirfd, jail_path(path), facts, flags), before);
}

INTERPOSE(int, statx, (int dirfd, const char *path, int flags, unsigned mask, struct statx *facts))
{
        int before = errno;
        int result = real(statx)(dirfd, jail_path(path), flags, mask, facts);

        if (result == 0 || !ancestor_exists(path, errno))
                return result;
        *facts = (struct statx){
                .stx_mask = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_UID | STATX_GID,
                .stx_mode = ANCESTOR_MODE,
                .stx_nlink = 2,
                .stx_blksize = 4096};
        errno = before;
        return 0;
}

/* What stat() was in programs linked before glibc 2.33; the version says which struct stat. */
INTERPOSE(int, __xstat, (int version, const char *path, struct stat *facts))
{
        int before = errno;

        return answer(path, facts, real(__xstat)(version, jail_path(path), facts), before);
}

INTERPOSE(int, __xstat64, (int version, const char *path, struct stat64 *facts))
{
        int before = errno;

        return answer64(path, facts, real(__xstat64)(version, jail_path(path), facts), before);
}

INTERPOSE(int, __lxstat, (int version, const char *path, struct stat *facts))
{
        int before = errno;

        return answer(path, facts, real(__lxstat)(version, jail_path(path), facts), before);
}

INTERPOSE(int, __lxstat64, (int version, const char *path, struct stat64 *facts))
{
        int before = errno;

        return answer64(path, facts, real(__lxstat64)(version, jail_path(path), facts), before);
}

INTERPOSE(
        int, __fxstatat, (int version, int dirfd, const char *path, struct stat *facts, int flags))
{
        int before = errno;

        return answer(path, facts, real(__fxstatat)(version, dirfd, jail_path(path), facts, flags),
                before);
}

INTERPOSE(int, __fxstatat64,
        (int version, int dirfd, const char *path, struct stat64 *facts, int flags))
{
        int before = errno;

        return answer64(path, facts,
                real(__fxstatat64)(version, dirfd, jail_path(path), facts, flags), before);
}

/* The answer of an access function for @mode, as ANCESTOR_MODE has it. */
static int allow(const char *path, int mode, int result, int before)
{
        if (result == 0 || !ancestor_exists(path, errno))
                return result;
        if (mode & (R_OK | W_OK)) {
                errno = EACCES;
                return -1;
        }
        errno = before;
        return 0;
}

INTERPOSE(int, access, (const char *path, int mode))
{
        int before = errno;

        return allow(path, mode, real(access)(jail_path(path), mode), before);
}

INTERPOSE(int, eaccess, (const char *path, int mode))
{
        int before = errno;

        return allow(path, mode, real(eaccess)(jail_path(path), mode), before);
}

INTERPOSE(int, euidaccess, (const char *path, int mode))
{
        int before = errno;

        return allow(path, mode, real(euidaccess)(jail_path(path), mode), before);
}

INTERPOSE(int, faccessat, (int dirfd, const char *path, int mode, int flags))
{
        int before = errno;

        return allow(path, mode, real(faccessat)(dirfd, jail_path(path), mode, flags), before);
}

INTERPOSE(int, statfs, (const char *path, struct statfs *facts))
{
        return real(statfs)(jail_path(path), facts);
}

INTERPOSE(int, statfs64, (const char *path, struct statfs64 *facts))
{
        return real(statfs64)(jail_path(path), facts);
}

INTERPOSE(int, __statfs, (const char *path, struct statfs *facts))
{
        return real(__statfs)(jail_path(path), facts);
}

INTERPOSE(int, statvfs, (const char *path, struct statvfs *facts))
{
        return real(statvfs)(jail_path(path), facts);
}

INTERPOSE(int, statvfs64, (const char *path, struct statvfs64 *facts))
{
        return real(statvfs64)(jail_path(path), facts);
}

INTERPOSE(long, pathconf, (const char *path, int name))
{
        return real(pathconf)(jail_path(path), name);
}
