/* The way into the jail: the root directory changes here and nowhere else. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_ENTER_H
#define SHIM_JAIL_ENTER_H

#include "jail/jail.h"
#include "system/failure.h"

/** jail_holds() - is there a descriptor of the jail, and still what it was? */
bool jail_holds(const struct jail *jail);

/** jail_holds_namespace() - is there a mount namespace, and its descriptor still what it was? */
bool jail_holds_namespace(const struct jail *jail);

/** jail_take_namespace() - workers enter @fd from now on, which is the jail's, under its number. */
void jail_take_namespace(struct jail *jail, int fd);

/**
 * jail_hold() - open the jail's descriptor, while it is still the directory that was checked.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int jail_hold(struct jail *jail, struct failure *ret_failure);

/**
 * jail_stand_alone() - from now on nobody but the caller opens a descriptor of this process, or
 * moves its root and working directory.
 *
 * It comes before any look at the descriptors: a thread that opened a directory after they were
 * counted, and then ended, would leave a way out that nobody has seen; so would a process that
 * shares their table.
 *
 * Return: 0, or a negative error number with @ret_failure: there is another thread.
 */
int jail_stand_alone(struct failure *ret_failure);

/**
 * jail_enter() - make the jail this process's root, for good.
 *
 * @seen: what seen_holds() says (jail/seen.h); if it does not hold, the jail is checked, which
 * needs a large stack.
 * @ret_root: of O_PATH, the root directory; the caller closes it.
 *
 * Async-signal-safe. The process must stand alone by jail_stand_alone(). A working directory below
 * the jail is kept, another becomes "/". On success the jail has no descriptors any more, on
 * failure the process must not go on. Without root, it is in a user namespace afterwards.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int jail_enter(struct jail *jail, bool seen, int *ret_root, struct failure *ret_failure);

#endif
