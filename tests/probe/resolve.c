/* Probes of the functions that resolve a path or read a link: their results are paths. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *__realpath_chk(const char *path, char *resolved, size_t size);
ssize_t __readlink_chk(const char *path, char *text, size_t length, size_t size);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *text, size_t length, size_t size);

#define TEXT_SIZE 256

/* Their text is the kernel's word on the jail; that of any other link is left as it is. */
static const struct place process_links[] = {
        {"own directory", "/proc/self/cwd", "/proc/self/cwd"},
        {"own root", "/proc/self/root", "/proc/self/root"},
        {"own program", "/proc/self/exe", "/proc/self/exe"},
        {0},
};

static bool is_view(const char *path)
{
        return path &&
               (strcmp(path, "/proc/self/cwd") == 0 || strcmp(path, "/proc/self/root") == 0);
}

/* Nothing may be written behind the text. */
static void answer_link(const char *what, const struct target *at, ssize_t length, char *text)
{
        int error = errno;
        char name[64];

        snprintf(name, sizeof(name), "%s ends there", what);
        if (length < 0) {
                answer(what, length);
                return;
        }
        answer(name, text[length] == '#');
        text[length] = '\0';
        errno = error;
        if (is_view(at->path))
                answer_path(what, text);
        else
                answer_text(what, text);
}

/* The length of the whole text, to ask for less. */
static size_t whole_length(const struct target *at)
{
        char text[PATH_MAX];
        ssize_t length = readlinkat(at->dirfd, at->path, text, sizeof(text));

        answer_begin();
        return length > 1 ? (size_t)length : 2;
}

static void probe_realpath(const struct target *at)
{
        char resolved[PATH_MAX];
        char *result = realpath(at->path, resolved);

        answer_path("into a buffer", result);
        answer("result is the buffer", result == resolved);
        answer_path("allocated", realpath(at->path, NULL));
}

static void probe___realpath_chk(const struct target *at)
{
        char resolved[PATH_MAX];
        char *result = __realpath_chk(at->path, resolved, sizeof(resolved));

        answer_path("into a buffer", result);
        answer("result is the buffer", result == resolved);
}

static void probe_canonicalize_file_name(const struct target *at)
{
        answer_path("allocated", canonicalize_file_name(at->path));
}

static void probe_readlink(const struct target *at)
{
        char text[TEXT_SIZE];
        size_t length = whole_length(at);

        memset(text, '#', sizeof(text));
        answer_link("readlink", at, readlink(at->path, text, sizeof(text) - 1), text);
        memset(text, '#', sizeof(text));
        answer_link("exactly", at, readlink(at->path, text, length), text);
        memset(text, '#', sizeof(text));
        answer("one byte short",
                readlink(at->path, text, length - 1) == (ssize_t)length - 1 && text[length] == '#');
        answer("no room", readlink(at->path, text, 0));
}

static void probe_readlinkat(const struct target *at)
{
        char text[TEXT_SIZE];
        size_t length = whole_length(at);

        memset(text, '#', sizeof(text));
        answer_link(
                "readlinkat", at, readlinkat(at->dirfd, at->path, text, sizeof(text) - 1), text);
        memset(text, '#', sizeof(text));
        answer_link("exactly", at, readlinkat(at->dirfd, at->path, text, length), text);
}

static void probe___readlink_chk(const struct target *at)
{
        char text[TEXT_SIZE];

        memset(text, '#', sizeof(text));
        answer_link("readlink", at, __readlink_chk(at->path, text, sizeof(text) - 1, sizeof(text)),
                text);
}

static void probe___readlinkat_chk(const struct target *at)
{
        char text[TEXT_SIZE];

        memset(text, '#', sizeof(text));
        answer_link("readlinkat", at,
                __readlinkat_chk(at->dirfd, at->path, text, sizeof(text) - 1, sizeof(text)), text);
}

static const struct probe probes[] = {
        {"realpath", probe_realpath},
        {"__realpath_chk", probe___realpath_chk},
        {"canonicalize_file_name", probe_canonicalize_file_name},
        {"readlink", probe_readlink},
        {"readlinkat", probe_readlinkat},
        {"__readlink_chk", probe___readlink_chk},
        {"__readlinkat_chk", probe___readlinkat_chk},
        {0},
};

const struct family family_resolve = {{common_places, process_links}, probes};
