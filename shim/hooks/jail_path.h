/* What every hook with a path begins with: translation, and the answers for the jail's ancestors.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_HOOKS_JAIL_PATH_H
#define SHIM_HOOKS_JAIL_PATH_H

#include "process/process.h"

#include <sys/stat.h>

/** jail_path() - the path to give to the kernel: @path, or a pointer into it. */
static inline const char *jail_path(const char *path)
{
        if (process_is_jailed())
                return process_inside(path);
        return process_may_be_worker() ? process_path(path) : path;
}

/**
 * jail_path_is_usual() - for INTERPOSE_UNUSUAL(): in a worker, is *@path of the usual kind?
 *
 * Then it becomes jail_path() of it, and is no hidden ancestor. Else it is unchanged.
 */
static inline __attribute__((always_inline)) bool jail_path_is_usual(const char **path)
{
        return process_path_is_usual(path);
}

/** jail_paths_are_usual() - the same for two paths; both are changed, or none. */
static inline __attribute__((always_inline)) bool jail_paths_are_usual(
        const char **from, const char **to)
{
        const char *given = *from;

        if (!jail_path_is_usual(from))
                return false;
        if (jail_path_is_usual(to))
                return true;
        *from = given;
        return false;
}

/** jail_path_buffer() - jail_path() for a path that the callee writes to, such as a template. */
char *jail_path_buffer(char *path);

/**
 * ancestor_is_hidden() - is @path an ancestor of the jail that the jail does not have itself?
 *
 * A worker is told that it is a directory that can be passed through, or the symbolic link that it
 * is outside, and nothing else: httpd's directory walk (ap_directory_walk(), server/request.c) and
 * PHP's realpath look at every ancestor of what they serve and fail otherwise. The slow half; keeps
 * errno.
 */
bool ancestor_is_hidden(const char *path);

/** ANCESTOR_MODE - of it, as the stat functions say. */
#define ANCESTOR_MODE (S_IFDIR | S_IXUSR | S_IXGRP | S_IXOTH)

/** LINK_MODE - of a link that leads to the jail outside, as those say that do not follow it. */
#define LINK_MODE (S_IFLNK | ACCESSPERMS)

/** is_hidden_ancestor() - ancestor_is_hidden(); @inside is jail_path(@path). */
static inline bool is_hidden_ancestor(const char *path, const char *inside)
{
        return inside == path && process_is_jailed() && path && path[0] == '/' &&
               ancestor_is_hidden(path);
}

/**
 * ancestor_link() - what is recorded of @path, if outside a link leads there, and the jail has
 * nothing of that name. The slow half of the next two; keeps errno.
 */
const struct path_link *ancestor_link(const char *path, const char *inside);

/** link_to_jail() - ancestor_link() in a jailed process, if there is any; @inside as above. */
static inline const struct path_link *link_to_jail(const char *path, const char *inside)
{
        if (this_process()->plan.jail.links.count == 0 || !process_is_jailed() || !path ||
                path[0] != '/' || (inside != path && inside[1] != '\0'))
                return NULL;
        return ancestor_link(path, inside);
}

/** link_text() - the text of the link that functions see which do not follow it; NULL: none. */
static inline const char *link_text(const char *path, const char *inside)
{
        const struct path_link *link = link_to_jail(path, inside);

        return link && !path_ends_in_directory(path) ? link->text : NULL;
}

/** ancestor_refused() - errno EACCES: of @path, there is nothing to hand out. Return: true. */
bool ancestor_refused(const char *path);

/**
 * jail_refuses() - how a hook begins that opens, makes or changes what has a name: *@path becomes
 * jail_path() of it.
 *
 * Return: true, with errno EACCES, if the call must not be made: it is a hidden ancestor.
 */
static inline bool jail_refuses(const char **path)
{
        const char *given = *path;

        *path = jail_path(given);
        return is_hidden_ancestor(given, *path) && ancestor_refused(given);
}

#endif
