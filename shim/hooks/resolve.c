/* Hooks that resolve paths and links: what comes out has the configured view. */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

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

/* realpath(3) in the configured view; a hidden ancestor resolves to itself. */
static char *resolve_path(char *(*resolve)(const char *, char *), const char *path, char *resolved)
{
        const char *inside = jail_path(path);
        char ancestor[PATH_MAX];

        if (outside_applies() && is_hidden_ancestor(path, inside) &&
                path_ancestor(&this_process()->translation, path, ancestor))
                return resolved ? strcpy(resolved, ancestor) : strdup(ancestor);
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

INTERPOSE(ssize_t, readlink, (const char *path, char *text, size_t size))
{
        const char *inside = jail_path(path);

        return outside_link(inside, text, real(readlink)(inside, text, size), size);
}

INTERPOSE(ssize_t, __readlink_chk, (const char *path, char *text, size_t size, size_t text_size))
{
        const char *inside = jail_path(path);

        return outside_link(
                inside, text, real(__readlink_chk)(inside, text, size, text_size), size);
}

INTERPOSE(ssize_t, readlinkat, (int dirfd, const char *path, char *text, size_t size))
{
        const char *inside = jail_path(path);

        return outside_link(inside, text, real(readlinkat)(dirfd, inside, text, size), size);
}

INTERPOSE(ssize_t, __readlinkat_chk,
        (int dirfd, const char *path, char *text, size_t size, size_t text_size))
{
        const char *inside = jail_path(path);

        return outside_link(
                inside, text, real(__readlinkat_chk)(dirfd, inside, text, size, text_size), size);
}
