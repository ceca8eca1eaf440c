/* Watches the sources of what is exposed, and all that leads to them, for changes (inotify). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_SOURCE_WATCH_H
#define SHIM_SUPPLY_SOURCE_WATCH_H

#include "supply/plan.h"

/*
 * Each directory on the way to a source is watched, symbolic links followed as place_open() follows
 * them, for the one name that the way goes on with; what is not there yet is so awaited where the
 * way ends. Where the content matters, a file itself is watched as well; of a directory that is
 * copied, all directories in it.
 */

/**
 * struct source_watch - begin with SOURCE_WATCH_NONE.
 *
 * @fd:    of inotify, to be polled; or -1.
 * @table: what is watched; memory from the kernel.
 * @told:  that the limit of watches is reached, was said.
 * @count: how many watches there are; @begun: as many were there at the beginning.
 * @highest: the highest number of a watch so far.
 * @limit: of them, for what is in directories: whoever can write there must not take all that the
 *         user may have.
 */
struct source_watch {
        int fd;
        struct watch_table *table;
        bool told;
        unsigned count;
        unsigned begun;
        unsigned limit;
        int highest;
};

#define SOURCE_WATCH_NONE                                                                          \
        {                                                                                          \
                .fd = -1                                                                           \
        }

/**
 * source_watch_begin() - watch nothing any more, and begin anew with all that may change.
 *
 * Return: 0, or a negative error number.
 */
int source_watch_begin(struct source_watch *watch, const struct plan *plan);

/**
 * source_watch_add() - watch what leads to exposure @i now; what was watched for it before may
 * stay.
 *
 * To be called before the source is looked at, so that no change is missed. Where the limit of
 * watches is reached, one line says so.
 */
void source_watch_add(struct source_watch *watch, const struct plan *plan, size_t i);

/** source_watch_add_way() - the same, without what is in it: as cheap as the way is short. */
void source_watch_add_way(struct source_watch *watch, const struct plan *plan, size_t i);

/**
 * source_watch_read() - note what has happened since in @looks, an enum look for each exposure.
 *
 * Return: true if events were lost, or watches have piled up: then all is to be looked at, and the
 * watches to be begun anew.
 */
bool source_watch_read(struct source_watch *watch, const struct plan *plan, unsigned char *looks);

#endif
