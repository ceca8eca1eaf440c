/* What the manifest of a jail says that has been made there, and how two of its states differ. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INVENTORY_H
#define SHIM_COMMAND_INVENTORY_H

#include "command/populate/wish.h"
#include "supply/manifest.h"

/** struct inventory_item - one thing that was made. */
struct inventory_item {
        char *path;
        enum manifest_kind kind;
        struct identity identity;
};

/** struct inventory - all of it, sorted by path; begin with all zero. */
struct inventory {
        struct inventory_item *item;
        size_t count;
        /** Who wants something, of chrootshim populate. */
        struct wishes wishes;
};

/**
 * inventory_read() - read the manifest of @jail, which is held (jail_hold()).
 *
 * Return: 0, also if there is none; a negative error number with @ret_failure where there is one
 * that cannot be used.
 */
int inventory_read(
        const struct jail *jail, struct inventory *ret_inventory, struct failure *ret_failure);

/** enum inventory_change - what has become of a path. */
enum inventory_change {
        /** It is new. */
        INVENTORY_MADE,
        /** Something else was made in its place. */
        INVENTORY_UPDATED,
        /** It is gone. */
        INVENTORY_REMOVED,
        /** It is not the shim's any more: somebody has changed it, so it was left there. */
        INVENTORY_LEFT,
};

/** inventory_compare() - tell each path of which the two differ, in their order. */
void inventory_compare(const struct jail *jail, const struct inventory *before,
        const struct inventory *after,
        void (*found)(void *context, enum inventory_change change, const char *path),
        void *context);

#endif
