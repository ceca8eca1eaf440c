/* Watches the sources of what all users have, each once however many users have it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_KEEPER_WATCH_H
#define SHIM_SUPPLY_KEEPER_WATCH_H

#include "supply/source_watch.h"

/*
 * One instance of inotify for all of them: a user of the machine has 128, and the jails may be
 * thousands.
 */

/** struct keeper_watch - @sources: a plan that has an exposure for each source, and no jail. @uses:
 * how many users have each; its place is free at 0. @mounts: poll(2) tells of changes there. */
struct keeper_watch {
        struct source_watch watch;
        struct plan sources;
        unsigned *uses;
        int mounts;
};

/** In a map: the exposure is not watched. */
#define KEEPER_UNWATCHED SIZE_MAX

/** keeper_watch_begin() - Return: 0, or a negative error number. */
int keeper_watch_begin(struct keeper_watch *watch, const struct plan *template);

/** keeper_watch_add() - watch all of @plan. Return: for each exposure its source, from malloc();
 * NULL if there is no memory. */
size_t *keeper_watch_add(struct keeper_watch *watch, const struct plan *plan);

/** keeper_watch_remove() - no more for this plan. Frees @map, which may be NULL. */
void keeper_watch_remove(struct keeper_watch *watch, size_t *map, size_t count);

/** keeper_watch_read() - what has happened since: an enum look for each of watch->sources, in
 * @ret_looks. @mounted: something has been mounted: all ways are walked anew. */
void keeper_watch_read(struct keeper_watch *watch, bool mounted, unsigned char *ret_looks);

#endif
