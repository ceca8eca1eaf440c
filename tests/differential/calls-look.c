/* Calls that look at the tree, and tell what they see. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"
#include "reference.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENTRIES 4096

static void say_facts(int result, const struct stat *facts)
{
        say_result(result);
        if (result != 0)
                return;
        say(" mode %o links %lu owner %u:%u", facts->st_mode, (unsigned long)facts->st_nlink,
                facts->st_uid, facts->st_gid);
        if (!S_ISDIR(facts->st_mode))
                say(" size %ld", (long)facts->st_size);
}

static void run_stat(const struct attempt *at)
{
        struct stat facts;

        say_facts(stat(at->path[0], &facts), &facts);
}

static void run_lstat(const struct attempt *at)
{
        struct stat facts;

        say_facts(lstat(at->path[0], &facts), &facts);
}

static void run_fstatat(const struct attempt *at)
{
        struct stat facts;
        int flags = at->number % 2 ? AT_SYMLINK_NOFOLLOW : 0;

        say_facts(fstatat(at->dirfd, at->path[0], &facts, flags), &facts);
}

static void run_statx(const struct attempt *at)
{
        struct statx facts;
        int flags = at->number % 2 ? AT_SYMLINK_NOFOLLOW : 0;
        int result = statx(at->dirfd, at->path[0], flags, STATX_BASIC_STATS, &facts);
        struct stat plain = {0};

        if (result == 0)
                plain = (struct stat){.st_mode = facts.stx_mode,
                        .st_nlink = facts.stx_nlink,
                        .st_uid = facts.stx_uid,
                        .st_gid = facts.stx_gid,
                        .st_size = (off_t)facts.stx_size};
        say_facts(result, &plain);
}

static void run_access(const struct attempt *at)
{
        say_result(access(at->path[0], (int)at->number % 8));
}

static void run_eaccess(const struct attempt *at)
{
        say_result(eaccess(at->path[0], (int)at->number % 8));
}

static void run_faccessat(const struct attempt *at)
{
        int flags = at->number & 8 ? AT_EACCESS : 0;

        say_result(faccessat(at->dirfd, at->path[0], (int)at->number % 8, flags));
}

static void run_statvfs(const struct attempt *at)
{
        struct statvfs facts;

        say_result(statvfs(at->path[0], &facts));
}

static void run_pathconf(const struct attempt *at)
{
        say_result(pathconf(at->path[0], _PC_LINK_MAX));
}

static void say_link(ssize_t length, const char *text)
{
        say_result(length);
        if (length > 0)
                say(" <%.*s>", (int)length, text);
}

static void run_readlink(const struct attempt *at)
{
        char text[2 * PATH_MAX];

        say_link(readlink(at->path[0], text, at->number % 4 ? sizeof(text) : 5), text);
}

static void run_readlinkat(const struct attempt *at)
{
        char text[2 * PATH_MAX];

        say_link(readlinkat(at->dirfd, at->path[0], text, sizeof(text)), text);
}

/* Where it fails, glibc's realpath leaves in the buffer how far it came. */
static void run_realpath(const struct attempt *at)
{
        char buffer[PATH_MAX] = "";
        char *path = realpath(at->path[0], buffer);
        int error = errno;

        say_path(at, path);
        if (!path && (error == ENOENT || error == EACCES))
                say_path(at, buffer);
}

static void run_canonicalize(const struct attempt *at)
{
        char *path = canonicalize_file_name(at->path[0]);

        say_path(at, path);
        free(path);
}

static void run_opendir(const struct attempt *at)
{
        DIR *directory = opendir(at->path[0]);
        char *names[ENTRIES];
        size_t count = 0;

        if (!directory) {
                say_path(at, NULL);
                return;
        }
        for (struct dirent *entry; count < ENTRIES && (entry = readdir(directory));)
                names[count++] = strdup(entry->d_name);
        closedir(directory);
        say_sorted(names, count);
}

static void run_scandir(const struct attempt *at)
{
        struct dirent **entries;
        int count = scandir(at->path[0], &entries, NULL, alphasort);

        say_result(count);
        for (int i = 0; i < count; i++) {
                say(" <%s>", entries[i]->d_name);
                free(entries[i]);
        }
        if (count >= 0)
                free(entries);
}

static void run_getcwd(const struct attempt *at)
{
        size_t size = at->number % 2 ? PATH_MAX : at->number / 2 % 128;
        char buffer[PATH_MAX];

        if (at->side == SIDE_SHIM) {
                say_path(at, getcwd(buffer, size));
                return;
        }
        errno = EINVAL;
        if (size == 0 || syscall(SYS_getcwd, buffer, sizeof(buffer)) < 0) {
                say_path(at, NULL);
                return;
        }
        reference_outside(buffer);
        errno = ERANGE;
        if (strlen(buffer) < size)
                say(" <%s>", buffer);
        else
                say_path(at, NULL);
}

/* A walk's callbacks and a pattern's matches begin with the path exactly as it was given. */
static char *as_given(const struct attempt *at, const char *found)
{
        size_t head = strlen(at->given[0]);
        char *text;

        if (strcmp(at->given[0], at->path[0]) == 0)
                return strdup(found);
        if (strcmp(at->path[0], "/") != 0)
                head -= strlen(at->path[0]);
        else
                while (at->given[0][head - 1] == '/')
                        head--;
        if (asprintf(&text, "%.*s%s", (int)head, at->given[0],
                    strcmp(found, "/") == 0 ? "" : found) < 0)
                abort();
        return text;
}

static struct {
        const struct attempt *at;
        char *text[ENTRIES];
        size_t count;
} walked;

static int walk_step(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
        /* The inside view comes out where the outside view no longer fits. */
        size_t left_out = strlen(walked.at->given[0]) - strlen(walked.at->path[0]);
        bool fits = left_out + strlen(path) < PATH_MAX;
        char *given = fits ? as_given(walked.at, path) : strdup(path), *text;
        /* glibc calls the root "/" or, having left it, "", with a base beyond its end. */
        bool nameless = !*path || strcmp(path, "/") == 0;

        if (asprintf(&text, "%s kind %d level %d name %s", given, kind, place->level,
                    nameless ? basename(given) : path + place->base) < 0)
                abort();
        free(given);
        walked.text[walked.count++] = text;
        return walked.count == ENTRIES;
}

static void run_nftw(const struct attempt *at)
{
        walked.at = at;
        walked.count = 0;
        say_result(nftw(at->path[0], walk_step, 8, FTW_PHYS | (at->number % 2 ? FTW_DEPTH : 0)));
        say_sorted(walked.text, walked.count);
}

const struct call look_calls[] = {
        {"stat", 1, run_stat},
        {"lstat", 1, run_lstat},
        {"fstatat", 1, run_fstatat},
        {"statx", 1, run_statx},
        {"access", 1, run_access},
        {"eaccess", 1, run_eaccess},
        {"faccessat", 1, run_faccessat},
        {"statvfs", 1, run_statvfs},
        {"pathconf", 1, run_pathconf},
        {"readlink", 1, run_readlink},
        {"readlinkat", 1, run_readlinkat},
        {"realpath", 1, run_realpath},
        {"canonicalize_file_name", 1, run_canonicalize},
        {"opendir", 1, run_opendir},
        {"scandir", 1, run_scandir},
        {"getcwd", 0, run_getcwd},
        {"nftw", 1, run_nftw},
};
const unsigned look_count = sizeof(look_calls) / sizeof(look_calls[0]);
