/* Hooks that resolve paths and links: what comes out has the configured view. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Into the caller's buffer. At a failure glibc leaves there what it could not resolve, or, where it
 * did not begin, nothing: the first byte tells.
 */
static char *resolve_in_place(
        char *(*resolve)(const char *, char *), const char *inside, char *resolved)
{
        char first = resolved[0], *result;

        resolved[0] = '\0';
        result = resolve(inside, resolved);
        if (resolved[0] == '/')
                outside_in_place(resolved);
        else
                resolved[0] = first;
        return result;
}

/* The outside spelling of a hidden ancestor, as realpath(3) gives it. */
static char *resolve_ancestor(const char *path, const char *inside, char *resolved)
{
        const struct path_link *link = link_to_jail(path, inside);
        size_t length = link ? strlen(link->real) : 0;
        const char *ancestor =
                link ? link->real : path_ancestor(&this_process()->translation, path, &length);

        if (!resolved)
                return strndup(ancestor, length);
        memcpy(resolved, ancestor, length);
        resolved[length] = '\0';
        return resolved;
}

/* realpath(3) in the configured view. */
static char *resolve_path(char *(*resolve)(const char *, char *), const char *path, char *resolved)
{
        const char *inside = jail_path(path);

        if (outside_applies() && is_hidden_ancestor(path, inside))
                return resolve_ancestor(path, inside, resolved);
        if (!resolved)
                return outside_allocated(resolve(inside, NULL));
        return resolve_in_place(resolve, inside, resolved);
}

INTERPOSE(char *, realpath, (const char *path, char *resolved))
{
        return resolve_path(real(realpath), path, resolved);
}

INTERPOSE(char *, __realpath_chk, (const char *path, char *resolved, size_t size))
{
        /* libc ends the process where the buffer is too small; let it. */
        if (!outside_applies() || size < PATH_MAX)
                return real(__realpath_chk)(jail_path(path), resolved, size);
        return hook_realpath(path, resolved);
}

INTERPOSE(char *, canonicalize_file_name, (const char *path))
{
        if (!outside_applies())
                return real(canonicalize_file_name)(jail_path(path));
        return hook_realpath(path, NULL);
}

/* readlink(2) of what leads to the jail outside, and is not in it: *ret_length is its result. */
static bool shows_link(
        const char *path, const char *inside, char *text, size_t size, ssize_t *ret_length)
{
        const char *shown = link_text(path, inside);

        if (shown && size > 0) {
                *ret_length = (ssize_t)strnlen(shown, size);
                memcpy(text, shown, (size_t)*ret_length);
                return true;
        }
        if (!shown && !is_hidden_ancestor(path, inside))
                return false;
        errno = EINVAL;
        *ret_length = -1;
        return true;
}

/* Not if it may be below "/proc", a link to the jail's own directories: see outside_link(). */
static inline __attribute__((always_inline)) bool readlink_is_usual(const char **path)
{
        const char *inside = *path;

        if (!jail_path_is_usual(&inside) || inside[1] == 'p')
                return false;
        *path = inside;
        return true;
}

INTERPOSE_UNUSUAL(ssize_t, readlink, (const char *path, char *text, size_t size),
        readlink_is_usual(&path), (path, text, size))
{
        const char *inside = jail_path(path);
        ssize_t length;

        if (shows_link(path, inside, text, size, &length))
                return length;
        return outside_link(inside, text, real(readlink)(inside, text, size), size);
}

INTERPOSE_UNUSUAL(ssize_t, __readlink_chk,
        (const char *path, char *text, size_t size, size_t text_size), readlink_is_usual(&path),
        (path, text, size, text_size))
{
        const char *inside = jail_path(path);
        ssize_t length;

        if (size <= text_size && shows_link(path, inside, text, size, &length))
                return length;
        return outside_link(
                inside, text, real(__readlink_chk)(inside, text, size, text_size), size);
}

INTERPOSE_UNUSUAL(ssize_t, readlinkat, (int dirfd, const char *path, char *text, size_t size),
        readlink_is_usual(&path), (dirfd, path, text, size))
{
        const char *inside = jail_path(path);
        ssize_t length;

        if (shows_link(path, inside, text, size, &length))
                return length;
        return outside_link(inside, text, real(readlinkat)(dirfd, inside, text, size), size);
}

INTERPOSE_UNUSUAL(ssize_t, __readlinkat_chk,
        (int dirfd, const char *path, char *text, size_t size, size_t text_size),
        readlink_is_usual(&path), (dirfd, path, text, size, text_size))
{
        const char *inside = jail_path(path);
        ssize_t length;

        if (size <= text_size && shows_link(path, inside, text, size, &length))
                return length;
        return outside_link(
                inside, text, real(__readlinkat_chk)(dirfd, inside, text, size, text_size), size);
}
