/* Walks to the place of a path, where other users than root may own directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PLACE_WALK_H
#define SHIM_SUPPLY_PLACE_WALK_H

#include "supply/place.h"

/**
 * struct place_walk - one walk, from all zero.
 *
 * @asked:   the path as it was given.
 * @inside:  it is in the jail, and the last component is the caller's.
 * @makes:   what is missing there is made.
 * @hastens: it need not be told who could change what is found.
 * @walked:  how much of the path, from its beginning, has no link in it.
 * @visit:   is told each step before it is made, with @context; or NULL.
 * @who:     who may have put there what is found, besides root.
 * @here:    of the directory that was reached.
 * @link:    the one at the end of the path as it was given.
 */
struct place_walk {
        struct place *place;
        struct failure *failure;
        const char *asked;
        bool inside;
        bool makes;
        bool hastens;
        size_t walked;
        void (*visit)(void *context, int directory, const char *name);
        void *context;
        uid_t who;
        struct file_facts here;
        struct identity link;
};

/**
 * place_walk() - walk to the end of walk->asked, from the directory @root.
 *
 * Return: 0 with a descriptor in place->directory; or a negative error number with walk->failure,
 * but for -ENOENT in the jail where nothing is made.
 */
int place_walk(struct place_walk *walk, int root);

/** place_open_without_links() - open (O_PATH) a path of outside that has no link on its way: one
 * call, where no link can be wrong; most paths are such. Return: a descriptor or an error number.
 */
int place_open_without_links(const char *path);

#endif
