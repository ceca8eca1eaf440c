/* Probes of the functions that walk a tree: every path begins as the caller's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINES 512

/* A directory is read in any order, so what is seen is sorted. */
static char *lines[LINES];
static size_t line_count;

/* What is walked, and whether to walk something else, too, when a directory is seen. */
static const struct target *walked;
static bool is_nested;

__attribute__((format(printf, 1, 2))) static void see(const char *format, ...)
{
        va_list values;

        va_start(values, format);
        if (line_count == LINES || vasprintf(&lines[line_count], format, values) < 0)
                abort();
        va_end(values);
        line_count++;
}

static int compare_lines(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void answer_walk(const char *what, int result)
{
        answer(what, result);
        qsort(lines, line_count, sizeof(lines[0]), compare_lines);
        for (size_t i = 0; i < line_count; i++)
                answer_text("seen", lines[i]);
        line_count = 0;
        answer_begin();
}

/* The attributes of what could not be looked at are undefined. */
static int see_file(const char *path, mode_t mode, long size, int kind)
{
        see("%s kind %d mode %06o size %ld", place_rest(walked, path), kind,
                kind == FTW_NS ? 0 : mode, kind == FTW_NS || S_ISDIR(mode) ? 0 : size);
        return 0;
}

static int see_ftw(const char *path, const struct stat *st, int kind)
{
        return see_file(path, st->st_mode, st->st_size, kind);
}

static int see_ftw64(const char *path, const struct stat64 *st, int kind)
{
        return see_file(path, st->st_mode, st->st_size, kind);
}

/*
 * The place says where the name begins; with FTW_CHDIR it is to be found in the directory. Depth
 * first, glibc 2.36 reports "/" itself as "".
 */
static void see_place(const char *path, int kind, const struct FTW *place)
{
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;
        struct statx st;
        bool is_here = place->level > 0 &&
                       syscall(SYS_statx, AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, 0, &st) == 0;

        if (kind == FTW_DP && place->level == 0 && strcmp(walked->inside, "/") == 0)
                return;
        see("%s level %d, name at its place: %d, in this directory: %d", place_rest(walked, path),
                place->level, path + place->base == name, is_here);
}

static int see_nftw(const char *path, const struct stat *st, int kind, struct FTW *place);

/* Elsewhere, by an outside path and by a relative one; then the first walk goes on. */
static void walk_elsewhere(void)
{
        const struct target *outer = walked;
        const struct target sub = {.path = in_jail("/dir/sub"), .inside = "/dir/sub"};
        const struct target relative = {.path = "sub", .inside = "sub"};

        is_nested = false;
        walked = &sub;
        see("result of the inner walk: %d", nftw(sub.path, see_nftw, 5, 0));
        see("result of the inner ftw: %d", ftw(sub.path, see_ftw, 5));
        walked = &relative;
        see("result of the relative walk: %d", nftw(relative.path, see_nftw, 5, FTW_PHYS));
        walked = outer;
}

static int see_nftw(const char *path, const struct stat *st, int kind, struct FTW *place)
{
        if (is_nested)
                walk_elsewhere();
        see_place(path, kind, place);
        return see_file(path, st->st_mode, st->st_size, kind);
}

static int see_nftw64(const char *path, const struct stat64 *st, int kind, struct FTW *place)
{
        see_place(path, kind, place);
        return see_file(path, st->st_mode, st->st_size, kind);
}

static int stop(const char *path, const struct stat *st, int kind, struct FTW *place)
{
        see_nftw(path, st, kind, place);
        return 7;
}

static void probe_ftw(const struct target *at)
{
        walked = at;
        answer_walk("ftw", ftw(at->path, see_ftw, 3));
}

static void probe_ftw64(const struct target *at)
{
        walked = at;
        answer_walk("ftw64", ftw64(at->path, see_ftw64, 3));
}

static const struct {
        const char *name;
        int flags;
} ways[] = {
        {"through links", 0},
        {"physical", FTW_PHYS},
        {"depth first", FTW_PHYS | FTW_DEPTH},
        {"changing directory", FTW_CHDIR | FTW_PHYS | FTW_MOUNT},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static void probe_nftw(const struct target *at)
{
        walked = at;
        for (size_t i = 0; i < WAYS; i++)
                answer_walk(ways[i].name, nftw(at->path, see_nftw, 3, ways[i].flags));
        answer_walk("stopped", nftw(at->path, stop, 3, 0));
        is_nested = true;
        answer_walk("another inside", nftw(at->path, see_nftw, 3, FTW_PHYS));
}

static void probe_nftw64(const struct target *at)
{
        walked = at;
        for (size_t i = 0; i < WAYS; i++)
                answer_walk(ways[i].name, nftw64(at->path, see_nftw64, 3, ways[i].flags));
}

/* These keep the inside view. A list of two, for libc does not take an empty one. */
static void probe_fts_open(const struct target *at)
{
        char *const paths[] = {
                (char *)(uintptr_t)in_jail("/dir/sub"), (char *)(uintptr_t)at->path, NULL};
        FTS *fts = fts_open(paths, FTS_PHYSICAL, NULL);
        FTSENT *entry;

        while (fts && (entry = fts_read(fts)))
                see("%s info %d level %d", entry->fts_path, entry->fts_info, entry->fts_level);
        answer_walk("closed", fts ? fts_close(fts) : -1);
}

static void probe_fts64_open(const struct target *at)
{
        char *const paths[] = {
                (char *)(uintptr_t)in_jail("/dir/empty"), (char *)(uintptr_t)at->path, NULL};
        FTS64 *fts = fts64_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
        FTSENT64 *entry;

        while (fts && (entry = fts64_read(fts)))
                see("%s info %d level %d", entry->fts_path, entry->fts_info, entry->fts_level);
        answer_walk("closed", fts ? fts64_close(fts) : -1);
}

static const struct probe probes[] = {
        {"ftw", probe_ftw},
        {"ftw64", probe_ftw64},
        {"nftw", probe_nftw},
        {"nftw64", probe_nftw64},
        {"fts_open", probe_fts_open},
        {"fts64_open", probe_fts64_open},
        {0},
};

const struct family family_walks = {{common_places}, probes};
