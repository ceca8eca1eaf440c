/* Hooks that resolve paths and links: what comes out has the configured view. */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "hooks/real.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The caller's buffer, or memory from malloc() as realpath(3) gives it. */
static char *resolved_result(const char *path, char *resolved)
{
        return resolved ? strcpy(resolved, path) : strdup(path);
}

/* An ancestor of the jail resolves to itself. @before is errno as it was. */
static char *resolve_ancestor(const char *path, char *resolved, int before)
{
        char tidy[PATH_MAX];

        if (!ancestor_exists(path, errno) || !path_ancestor(&process.translation, path, tidy))
                return NULL;
        errno = before;
        return resolved_result(tidy, resolved);
}

/* realpath(3) in the outside view. */
static char *resolve_path(char *(*resolve)(const char *, char *), const char *path, char *resolved)
{
        char inside[PATH_MAX], outside[PATH_MAX];
        int before = errno;

        if (!outside_applies())
                return resolve(jail_path(path), resolved);
        if (!resolve(jail_path(path), inside))
                return resolve_ancestor(path, resolved, before);
        return resolved_result(outside_copy(inside, outside), resolved);
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
