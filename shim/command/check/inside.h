/* Says what a path will lead to in the jail, once a server runs there with what is brought in. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INSIDE_H
#define SHIM_COMMAND_INSIDE_H

#include "command/check/check.h"

#include <limits.h>

/**
 * struct inside - what it leads to.
 *
 * @there:    there is something.
 * @facts:    of it, as a worker will see them: a copy is root's. @source: of what is copied, or
 * else the same.
 * @exposure: what brings it; NULL if it is the jail's own.
 * @real:     where it lies outside, to be looked into; "" if it is not there yet, for it is made at
 *            the start.
 * @at:       its inside path, without links; if it is not there, of what is the first to be absent.
 * @closed:   the first directory on the way that the worker may not pass; "" if there is none.
 * @link:     the last link to an absolute path on the way; "" if there was none. @link_facts: of
 *            it. @leads: what that is outside, with what follows the link.
 */
struct inside {
        bool there;
        struct file_facts facts;
        struct file_facts source;
        const struct exposure *exposure;
        char real[PATH_MAX];
        char at[PATH_MAX];
        char closed[PATH_MAX];
        char link[PATH_MAX];
        struct file_facts link_facts;
        char leads[PATH_MAX];
};

/**
 * inside_look() - look.
 * @path: absolute; in the outside or the inside view.
 *
 * As the kernel does in the jail: links and ".." stay in it. Return: inside->there.
 */
bool inside_look(const struct check *check, const char *path, struct inside *ret_inside);

/**
 * inside_open() - open what is there, to look into it; @flags as for open(2).
 *
 * Workers may put a link in the place of what they own in the jail, at any moment: none is followed
 * any more. What is no file and no directory is not opened. Return: a descriptor, or -1.
 */
int inside_open(const struct check *check, const struct inside *inside, int flags);

/** inside_permits() - may the worker do this to what is there? @mask: of R_OK, W_OK and X_OK.
 * W_OK: by its mode; is it not read-only besides, too? */
bool inside_permits(const struct check *check, const struct inside *inside, int mask);

#endif
