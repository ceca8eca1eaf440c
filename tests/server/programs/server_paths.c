/* Actions that tell what libc says of a path. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind(int result, mode_t mode)
{
        if (result < 0)
                return strerrorname_np(errno);
        return S_ISLNK(mode) ? "link" : S_ISDIR(mode) ? "directory" : "file";
}

static void tell_links(const char *path, size_t size)
{
        char text[PATH_MAX];
        ssize_t length = readlink(path, text, size), at = readlinkat(AT_FDCWD, path, text, size);

        if (length != at)
                printf(" readlinkat() differs");
        if (length < 0)
                printf(" %s", strerrorname_np(errno));
        else
                printf(" \"%.*s\"", (int)length, text);
}

/* In one line: what it is, where it leads, what it resolves to. */
ACTION(describe, "describe")
{
        const char *path = next_argument();
        char resolved[PATH_MAX];
        struct stat facts = {0}, same = {0};
        struct statx extended = {0};
        int result = lstat(path, &facts);

        printf("%s: %s", path, kind(result, facts.st_mode));
        if (result == 0 && S_ISLNK(facts.st_mode))
                printf(" of %ld", (long)facts.st_size);
        result = fstatat(AT_FDCWD, path, &same, AT_SYMLINK_NOFOLLOW);
        printf(" %s", kind(result, same.st_mode));
        result = statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &extended);
        printf(" %s", kind(result, extended.stx_mode));
        result = stat(path, &facts);
        printf(", followed %s", kind(result, facts.st_mode));
        tell_links(path, sizeof(resolved));
        tell_links(path, 3);
        printf(" %s\n", realpath(path, resolved) ? resolved : strerrorname_np(errno));
}

/* An empty directory. */
ACTION(remove, "remove")
{
        if (rmdir(next_argument()) < 0)
                fail("rmdir");
}

/* From "/" to a path, one name after the other, each from the directory before. */
ACTION(walk, "walk")
{
        char *names = strdup(next_argument() + 1), *name;
        int fd = open("/", O_PATH | O_DIRECTORY);

        while (fd >= 0 && (name = strsep(&names, "/"))) {
                int next = openat(fd, name, O_PATH | O_DIRECTORY);

                close(fd);
                fd = next;
        }
        puts(fd < 0 ? strerrorname_np(errno) : "arrived");
}
