/* Which ways to the jail lead over symbolic links outside, as recorded at the start: pure text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_VIEW_LINKS_H
#define SHIM_VIEW_LINKS_H

#include "view/path.h"

/**
 * struct path_link - an ancestor of the jail, or a spelling of it, that is no plain directory.
 *
 * @path: one way to it, tidy.
 * @text: what readlink(2) gives there; NULL where it is a directory behind a link.
 * @real: realpath(3) of it: the jail's own for a spelling of the jail.
 */
struct path_link {
        char *path;
        char *text;
        char *real;
};

/** struct path_links - all of them, each path once; none where no link leads to the jail. */
struct path_links {
        struct path_link *item;
        size_t count;
};

/**
 * path_links_find() - what is recorded of @path (not NULL), if it is an ancestor or a spelling.
 *
 * Async-signal-safe. Return: NULL if that is a plain directory, or @path lies elsewhere.
 */
const struct path_link *path_links_find(
        const struct path_links *links, const struct path_prefixes *prefixes, const char *path);

/**
 * path_links_add() - record one; the strings are copied. @text may be NULL.
 *
 * What is recorded of the same path before stays. Return: false if there is no memory.
 */
bool path_links_add(struct path_links *links, const char *path, const char *text, const char *real);

/** path_links_free() - forget all of them. */
void path_links_free(struct path_links *links);

/**
 * path_links_write() - all of them as one text, for path_links_read() in another program.
 *
 * Return: from malloc(); NULL if there is no memory.
 */
char *path_links_write(const struct path_links *links);

/** path_links_read() - the reverse; appends. Return: 0, -EINVAL or -ENOMEM. */
int path_links_read(struct path_links *links, const char *text);

#endif
