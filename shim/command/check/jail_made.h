/* Knows what the shim itself has made in a jail: copies, mount points, directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_JAIL_MADE_H
#define SHIM_COMMAND_JAIL_MADE_H

#include "system/kernel.h"

/** struct jail_made - what the manifest lists, by inode; begin with all zero. */
struct jail_made {
        struct identity *item;
        size_t count;
};

/**
 * jail_made_read() - read the manifest of the jail, of which @fd is a descriptor.
 *
 * Without one, or with one that another user could have written, nothing was made.
 */
void jail_made_read(struct jail_made *ret_made, int fd);

/** jail_made_has() - has the shim made this file? The next start removes it, if it is not wanted.
 */
bool jail_made_has(const struct jail_made *made, const struct file_facts *facts);

/** jail_made_release() - free what it holds. */
void jail_made_release(struct jail_made *made);

#endif
