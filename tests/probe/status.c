/* Probes of the functions that look at a file: the stat family, file systems and limits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Called by programs that were linked before glibc 2.33; no header declares them any longer. */
int __xstat(int version, const char *path, struct stat *st);
int __xstat64(int version, const char *path, struct stat64 *st);
int __lxstat(int version, const char *path, struct stat *st);
int __lxstat64(int version, const char *path, struct stat64 *st);
int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags);
int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *st, int flags);
int __statfs(const char *path, struct statfs *fs);

#ifdef __x86_64__
#define STAT_VERSION 1
#elif __SIZEOF_LONG__ == 4
#define STAT_VERSION 3
#else
#define STAT_VERSION 0
#endif

static void answer_stat64(const char *what, int result, const struct stat64 *st)
{
        answer_stat(what, result,
                &(const struct stat){
                        .st_mode = st->st_mode,
                        .st_uid = st->st_uid,
                        .st_gid = st->st_gid,
                        .st_size = st->st_size,
                });
}

static void probe_stat(const struct target *at)
{
        struct stat st = {0};
        int result = stat(at->path, &st);

        answer_stat("stat", result, &st);
}

static void probe_stat64(const struct target *at)
{
        struct stat64 st = {0};
        int result = stat64(at->path, &st);

        answer_stat64("stat", result, &st);
}

static void probe_lstat(const struct target *at)
{
        struct stat st = {0};
        int result = lstat(at->path, &st);

        answer_stat("lstat", result, &st);
}

static void probe_lstat64(const struct target *at)
{
        struct stat64 st = {0};
        int result = lstat64(at->path, &st);

        answer_stat64("lstat", result, &st);
}

static void probe_fstatat(const struct target *at)
{
        struct stat st = {0};
        int result = fstatat(at->dirfd, at->path, &st, 0);

        answer_stat("follow", result, &st);
        result = fstatat(at->dirfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
        answer_stat("no link", result, &st);
        result = fstatat(at->dirfd, at->path, &st, AT_EMPTY_PATH);
        answer_stat("empty path", result, &st);
}

static void probe_fstatat64(const struct target *at)
{
        struct stat64 st = {0};
        int result = fstatat64(at->dirfd, at->path, &st, 0);

        answer_stat64("follow", result, &st);
        result = fstatat64(at->dirfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
        answer_stat64("no link", result, &st);
        result = fstatat64(at->dirfd, at->path, &st, AT_EMPTY_PATH);
        answer_stat64("empty path", result, &st);
}

static void answer_statx(const char *what, int result, const struct statx *stx)
{
        answer_stat(what, result,
                &(const struct stat){
                        .st_mode = stx->stx_mode,
                        .st_uid = stx->stx_uid,
                        .st_gid = stx->stx_gid,
                        .st_size = (off_t)stx->stx_size,
                });
}

static void probe_statx(const struct target *at)
{
        struct statx stx = {0};
        int result = statx(at->dirfd, at->path, 0, STATX_BASIC_STATS, &stx);

        answer_statx("follow", result, &stx);
        result = statx(at->dirfd, at->path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &stx);
        answer_statx("no link", result, &stx);
        result = statx(at->dirfd, at->path, AT_EMPTY_PATH, STATX_BASIC_STATS, &stx);
        answer_statx("empty path", result, &stx);
}

static void probe___xstat(const struct target *at)
{
        struct stat st = {0};
        int result = __xstat(STAT_VERSION, at->path, &st);

        answer_stat("stat", result, &st);
}

static void probe___xstat64(const struct target *at)
{
        struct stat64 st = {0};
        int result = __xstat64(STAT_VERSION, at->path, &st);

        answer_stat64("stat", result, &st);
}

static void probe___lxstat(const struct target *at)
{
        struct stat st = {0};
        int result = __lxstat(STAT_VERSION, at->path, &st);

        answer_stat("lstat", result, &st);
}

static void probe___lxstat64(const struct target *at)
{
        struct stat64 st = {0};
        int result = __lxstat64(STAT_VERSION, at->path, &st);

        answer_stat64("lstat", result, &st);
}

static void probe___fxstatat(const struct target *at)
{
        struct stat st = {0};
        int result = __fxstatat(STAT_VERSION, at->dirfd, at->path, &st, 0);

        answer_stat("follow", result, &st);
        result = __fxstatat(STAT_VERSION, at->dirfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
        answer_stat("no link", result, &st);
}

static void probe___fxstatat64(const struct target *at)
{
        struct stat64 st = {0};
        int result = __fxstatat64(STAT_VERSION, at->dirfd, at->path, &st, 0);

        answer_stat64("follow", result, &st);
        result = __fxstatat64(STAT_VERSION, at->dirfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
        answer_stat64("no link", result, &st);
}

static void probe_statfs(const struct target *at)
{
        struct statfs fs = {0};

        answer("statfs", statfs(at->path, &fs));
        answer("type", fs.f_type);
}

static void probe_statfs64(const struct target *at)
{
        struct statfs64 fs = {0};

        answer("statfs", statfs64(at->path, &fs));
        answer("type", fs.f_type);
}

static void probe___statfs(const struct target *at)
{
        struct statfs fs = {0};

        answer("statfs", __statfs(at->path, &fs));
        answer("type", fs.f_type);
}

static void probe_statvfs(const struct target *at)
{
        struct statvfs fs = {0};

        answer("statvfs", statvfs(at->path, &fs));
        answer("longest name", (long)fs.f_namemax);
}

static void probe_statvfs64(const struct target *at)
{
        struct statvfs64 fs = {0};

        answer("statvfs", statvfs64(at->path, &fs));
        answer("longest name", (long)fs.f_namemax);
}

static void probe_pathconf(const struct target *at)
{
        answer("longest name", pathconf(at->path, _PC_NAME_MAX));
        answer("links", pathconf(at->path, _PC_LINK_MAX));
}

static const struct probe probes[] = {
        {"stat", probe_stat},
        {"stat64", probe_stat64},
        {"lstat", probe_lstat},
        {"lstat64", probe_lstat64},
        {"fstatat", probe_fstatat},
        {"fstatat64", probe_fstatat64},
        {"statx", probe_statx},
        {"__xstat", probe___xstat},
        {"__xstat64", probe___xstat64},
        {"__lxstat", probe___lxstat},
        {"__lxstat64", probe___lxstat64},
        {"__fxstatat", probe___fxstatat},
        {"__fxstatat64", probe___fxstatat64},
        {"statfs", probe_statfs},
        {"statfs64", probe_statfs64},
        {"__statfs", probe___statfs},
        {"statvfs", probe_statvfs},
        {"statvfs64", probe_statvfs64},
        {"pathconf", probe_pathconf},
        {0},
};

const struct family family_status = {{common_places}, probes};
