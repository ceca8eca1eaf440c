/*
 * Probes of the names that programs call which are built for times of 64 bits, where long has 32:
 * the headers make __stat64_time64() of stat(), and so on.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include "probe.h"

#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <string.h>
#include <sys/time.h>
#include <utime.h>

#if __SIZEOF_LONG__ == 4
_Static_assert(sizeof(time_t) == 8, "the headers know of times of 64 bits");

static void answer_stat64(const char *what, int result, const struct stat *st)
{
        answer_facts(what, result, st->st_mode, st->st_uid, st->st_gid, st->st_size);
}

static void probe_stat(const struct target *at)
{
        struct stat st = {0};
        int result = stat(at->path, &st);

        answer_stat64("stat", result, &st);
}

static void probe_lstat(const struct target *at)
{
        struct stat st = {0};
        int result = lstat(at->path, &st);

        answer_stat64("lstat", result, &st);
}

static void probe_fstatat(const struct target *at)
{
        struct stat st = {0};
        int result = fstatat(at->dirfd, at->path, &st, 0);

        answer_stat64("follow", result, &st);
        result = fstatat(at->dirfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
        answer_stat64("no link", result, &st);
        result = fstatat(at->dirfd, at->path, &st, AT_EMPTY_PATH);
        answer_stat64("empty path", result, &st);
}

static void probe_utime(const struct target *at)
{
        answer("now", utime(at->path, NULL));
        answer("then", utime(at->path, &(const struct utimbuf){1001, 1002}));
}

static void probe_utimes(const struct target *at)
{
        const struct timeval times[2] = {{1001, 1}, {1002, 2}};

        answer("now", utimes(at->path, NULL));
        answer("then", utimes(at->path, times));
}

static void probe_lutimes(const struct target *at)
{
        const struct timeval times[2] = {{1001, 1}, {1002, 2}};

        answer("now", lutimes(at->path, NULL));
        answer("then", lutimes(at->path, times));
}

static void probe_futimesat(const struct target *at)
{
        const struct timeval times[2] = {{1001, 1}, {1002, 2}};

        answer("now", futimesat(at->dirfd, at->path, NULL));
        answer("then", futimesat(at->dirfd, at->path, times));
}

static void probe_utimensat(const struct target *at)
{
        const struct timespec times[2] = {{.tv_sec = 1001}, {.tv_sec = 1002}};

        answer("now", utimensat(at->dirfd, at->path, NULL, 0));
        answer("then", utimensat(at->dirfd, at->path, times, 0));
        answer("no link", utimensat(at->dirfd, at->path, times, AT_SYMLINK_NOFOLLOW));
}

/* Directories are read in any order: what was seen is summed up. */
static const struct target *walked;
static int64_t seen, sizes, lengths;

static void see(const char *path, const struct stat *st, int kind)
{
        seen++;
        sizes += kind == FTW_F ? st->st_size : 0;
        lengths += (int64_t)strlen(place_rest(walked, path));
}

static void answer_walk(const char *what, int result)
{
        answer(what, result);
        answer("files", (long)seen);
        answer("their sizes", (long)sizes);
        answer("their paths, as far as they are the same", (long)lengths);
        seen = sizes = lengths = 0;
        answer_begin();
}

static int see_ftw(const char *path, const struct stat *st, int kind)
{
        see(path, st, kind);
        return 0;
}

static int see_nftw(const char *path, const struct stat *st, int kind, struct FTW *place)
{
        see(path, st, kind);
        return 0;
}

static void probe_ftw(const struct target *at)
{
        walked = at;
        answer_walk("ftw", ftw(at->path, see_ftw, 3));
}

static void probe_nftw(const struct target *at)
{
        walked = at;
        answer_walk("through links", nftw(at->path, see_nftw, 3, 0));
        answer_walk("physical", nftw(at->path, see_nftw, 3, FTW_PHYS));
}

/* It keeps the inside view, and has a list of two, for libc takes no empty one. */
static void probe_fts_open(const struct target *at)
{
        char *const paths[] = {
                (char *)(uintptr_t)in_jail("/dir/sub"), (char *)(uintptr_t)at->path, NULL};
        FTS *fts = fts_open(paths, FTS_PHYSICAL, NULL);
        FTSENT *entry;

        while (fts && (entry = fts_read(fts))) {
                seen++;
                sizes += entry->fts_info == FTS_F ? entry->fts_statp->st_size : 0;
        }
        answer_walk("closed", fts ? fts_close(fts) : -1);
}

static void probe_glob(const struct target *at)
{
        glob_t matches = {0};
        int result = glob(at->path, GLOB_MARK, NULL, &matches);

        answer_begin();
        answer("marked", result);
        for (size_t i = 0; i < matches.gl_pathc; i++)
                answer_text("match", place_rest(at, matches.gl_pathv[i]));
        globfree(&matches);
        answer_begin();
}
#endif

static const struct probe probes[] = {
#if __SIZEOF_LONG__ == 4
        {"__stat64_time64", probe_stat},
        {"__lstat64_time64", probe_lstat},
        {"__fstatat64_time64", probe_fstatat},
        {"__utime64", probe_utime},
        {"__utimes64", probe_utimes},
        {"__lutimes64", probe_lutimes},
        {"__futimesat64", probe_futimesat},
        {"__utimensat64", probe_utimensat},
        {"__ftw64_time64", probe_ftw},
        {"__nftw64_time64", probe_nftw},
        {"__fts64_open_time64", probe_fts_open},
#endif
        {0},
};

static const struct probe pattern_probes[] = {
#if __SIZEOF_LONG__ == 4
        {"__glob64_time64", probe_glob},
#endif
        {0},
};

const struct family family_time64 = {{common_places}, probes};
const struct family family_time64_patterns = {{pattern_places}, pattern_probes};
