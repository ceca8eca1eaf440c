/* Descriptors that a worker inherited and that lead out of the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_INHERITED_H
#define SHIM_JAIL_INHERITED_H

#include "jail/jail.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A directory outside is a way out for openat(2) and fchdir(2), also for an ordinary user; so is
 * what O_PATH opened, a namespace, and a file of /proc. fanotify, io_uring, a disk or a pidfd do
 * what only the master may. So whatever is not known to be harmless (jail/harmless.h) is replaced
 * in place by the jail's root: the server finds its number taken, by something that it cannot leave
 * through.
 */

/** Descriptors below this number are found without a list of them. */
#define INHERITED_TRIED 1024

/**
 * struct inherited - what there is to replace.
 *
 * @tried:   all are below INHERITED_TRIED, and were looked at before the root changed.
 * @harmful: a bit for each of those that has to be replaced.
 * @list:    if not @tried: /proc's list of them, or negative where there is no /proc.
 */
struct inherited {
        bool tried;
        uint64_t harmful[INHERITED_TRIED / 64];
        int list;
};

/**
 * inherited_look() - find what this process has open, while /proc is in reach.
 *
 * It must stand alone by jail_stand_alone(): what another opens meanwhile is missed.
 *
 * The descriptor of @jail is none of it, for the entry itself closes that; but whatever the server
 * may have put in its place is.
 */
void inherited_look(struct inherited *ret_inherited, const struct jail *jail);

/**
 * inherited_replace() - replace all but the harmless. What was opened since is not among them.
 * @root: of O_PATH, the root directory, which is the jail by now.
 *
 * Takes time with the number of open descriptors. Async-signal-safe.
 *
 * Return: 0 or a negative error number.
 */
int inherited_replace(const struct inherited *inherited, int root);

#endif
