/* Probes of glob: every result begins as the caller's pattern does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

const struct place pattern_places[] = {
        {"files", "@/dir/*", "/dir/*"},
        {"directories below", "@/*/s?b", "/*/s?b"},
        {"spelt otherwise", "^/./jail//dir/[f]ile", "/dir/[f]ile"},
        {"by the configured name", "^/alias/dir/f*", "/dir/f*"},
        {"by an alias", "/chrootshim-alias/www/dir/f*", "/dir/f*"},
        {"dots below the jail", "@/dir/../d*/sub/../f*", "/dir/../d*/sub/../f*"},
        {"in the jail", "@/*", "/*"},
        {"no match", "@/dir/z*", "/dir/z*"},
        {"below what is missing", "@/missing/*", "/missing/*"},
        {"in a closed directory", "@/closed/*", "/closed/*"},
        {"a neighbour", "^/jail0/*", "^/jail0/*"},
        {"inside view", "/dir/f*", "/dir/f*"},
        {"relative", "s*/f*", "s*/f*"},
        {"no wild card", "@/dir/file", "/dir/file"},
        {"no wild card, missing", "@/dir/missing", "/dir/missing"},
        {"no wild card, directory", "@/dir", "/dir"},
        {"no wild card, directory/", "@/dir/", "/dir/"},
        {"link", "@/dir/link", "/dir/link"},
        {"dangling link", "@/dir/dangling", "/dir/dangling"},
        {"link to a directory", "@/dir/way", "/dir/way"},
        {"jail's path twice", "@@/dir/*", "@/dir/*"},
        {"the jail left and entered", "^/jail/../jail/dir/f*", "/dir/f*"},
        {"name that is no UTF-8", "@/dir/*\xff\xc3*", "/dir/*\xff\xc3*"},
        {"empty", "", ""},
        {"escaped", "@/d\\ir/\\f*", "/d\\ir/\\f*"},
        {0},
};

/* Their results cannot be told apart by the beginning: see each path as a whole. */
static const struct place wide_patterns[] = {
        {"two outside paths", "{@/dir/f*,@/secret}", "{/dir/f*,/secret}"},
        {"an outside path and a relative one", "{@/dir/f*,s*}", "{/dir/f*,s*}"},
        {"braces behind the jail", "@/{dir/sub/f*,jail0,srv}", "/{dir/sub/f*,jail0,srv}"},
        {"braces in the jail's name", "^/j{ai,ew}l/dir/f*", "/dir/f*"},
        {0},
};

static const struct {
        const char *name;
        int flags;
} ways[] = {
        {"plain", 0},
        {"marked", GLOB_MARK},
        {"checked", GLOB_NOCHECK},
        {"magic", GLOB_NOMAGIC | GLOB_BRACE},
        {"no escape", GLOB_NOESCAPE},
        {"periods", GLOB_PERIOD},
        {"directories", GLOB_ONLYDIR | GLOB_MARK},
        {"errors", GLOB_ERR},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* How a path is shown: without what the caller's pattern has in front, or as a whole. */
static void (*answer_match)(const struct target *at, const char *path);

static void answer_rest(const struct target *at, const char *path)
{
        answer_text("match", place_rest(at, path));
}

static void answer_whole(const struct target *at, const char *path)
{
        answer_path("match", path);
}

/* The errno of a function that succeeds says nothing here: it comes of what glob() looked at. */
static void answer_matches(const struct target *at, const char *what, int result, size_t offset,
        size_t count, char *const *paths)
{
        errno = 0;
        answer(what, result);
        errno = 0;
        answer("count", (long)count);
        for (size_t i = 0; paths && i < offset; i++)
                answer_text("reserved", paths[i]);
        for (size_t i = 0; paths && i < count; i++)
                answer_match(at, paths[offset + i]);
        answer("closed by NULL", !paths || !paths[offset + count]);
}

static const struct target *reported;

static int report(const char *path, int error)
{
        errno = error;
        answer_match(reported, path);
        return 0;
}

static void try_ways(const struct target *at)
{
        reported = at;
        for (size_t i = 0; i < WAYS; i++) {
                glob_t matches = {0};
                int result = glob(at->path, ways[i].flags, report, &matches);

                answer_matches(at, ways[i].name, result, 0, matches.gl_pathc, matches.gl_pathv);
                answer("flags", matches.gl_flags);
                globfree(&matches);
        }
}

/* The caller's own functions are called, and are still there afterwards. */
static unsigned calls;

static void *counted_open(const char *path)
{
        calls++;
        return opendir(path);
}

static struct dirent *plain_read(void *directory)
{
        return readdir(directory);
}

static void plain_close(void *directory)
{
        closedir(directory);
}

static void try_own_functions(const struct target *at)
{
        glob_t matches = {
                .gl_opendir = counted_open,
                .gl_readdir = plain_read,
                .gl_closedir = plain_close,
                .gl_stat = stat,
                .gl_lstat = lstat,
        };
        int result = glob(at->path, GLOB_ALTDIRFUNC | GLOB_MARK, NULL, &matches);

        answer_matches(at, "own functions", result, 0, matches.gl_pathc, matches.gl_pathv);
        answer("are called", calls > 0);
        answer("are kept", matches.gl_opendir == counted_open);
}

static void try_appending(const struct target *at)
{
        glob_t matches = {.gl_offs = 2, .gl_opendir = counted_open};
        int result = glob("sub/*", GLOB_DOOFFS, NULL, &matches);

        answer("relative first", result);
        result = glob(at->path, GLOB_DOOFFS | GLOB_APPEND | GLOB_MARK, NULL, &matches);
        answer_matches(at, "appended", result, 2, matches.gl_pathc, matches.gl_pathv);
        answer("unused functions are kept", matches.gl_opendir == counted_open);
        globfree(&matches);
}

static void probe_glob(const struct target *at)
{
        answer_match = answer_rest;
        try_ways(at);
        try_own_functions(at);
        try_appending(at);
}

static void probe_wide_glob(const struct target *at)
{
        glob_t matches = {0};
        int result = glob(at->path, GLOB_BRACE, NULL, &matches);

        answer_match = answer_whole;
        answer_matches(at, "braces", result, 0, matches.gl_pathc, matches.gl_pathv);
}

static void answer_glob64(const struct target *at, const char *what, int flags)
{
        glob64_t matches = {.gl_offs = 1};
        int result = glob64(at->path, flags, NULL, &matches);

        answer_matches(
                at, what, result, flags & GLOB_DOOFFS ? 1 : 0, matches.gl_pathc, matches.gl_pathv);
        globfree64(&matches);
}

static void probe_glob64(const struct target *at)
{
        answer_match = answer_rest;
        answer_glob64(at, "plain", 0);
        answer_glob64(at, "marked", GLOB_MARK | GLOB_DOOFFS);
        answer_glob64(at, "checked", GLOB_NOCHECK);
}

static void probe_wide_glob64(const struct target *at)
{
        answer_match = answer_whole;
        answer_glob64(at, "braces", GLOB_BRACE);
}

static const struct probe probes[] = {
        {"glob", probe_glob},
        {"glob64", probe_glob64},
        {0},
};

static const struct probe wide_probes[] = {
        {"glob", probe_wide_glob},
        {"glob64", probe_wide_glob64},
        {0},
};

const struct family family_patterns = {{pattern_places}, probes};
const struct family family_wide_patterns = {{wide_patterns}, wide_probes};
