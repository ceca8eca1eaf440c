/* What the master saw as it checked the jail: where all is still so, a worker need not check again.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_SEEN_H
#define SHIM_JAIL_SEEN_H

#include "jail/jail.h"

/*
 * The check of a jail (system/safety.h) opens some forty names in it. What it finds can be told by
 * the owner, the mode and the identity of each directory on the way to the jail, and besides by the
 * time of change of what is in it: a directory that has not changed has no other names in it, and
 * its links lead where they did. So a worker asks for that, by one call for each that there is.
 *
 * A time says that nothing has changed since if it was well past when the check began, and if the
 * file system takes its times from this machine's clock. Where either is not so, there is nothing
 * to rely on, and each worker checks by itself, as it does when anything is not as it was seen.
 */

/**
 * seen_look() - in a master, before it forks: have what workers can compare with.
 *
 * Checks the jail anew if it has changed, and no more often than a few times a second. May allocate
 * nothing, but needs a large stack then (system/stack.h). What is wrong with the jail is for a
 * worker to say.
 */
void seen_look(const struct jail *jail);

/** seen_holds() - in a worker: is all as it was when its master found the jail safe, and is it the
 * same directory? Async-signal-safe, on a small stack. */
bool seen_holds(const struct jail *jail);

#endif
