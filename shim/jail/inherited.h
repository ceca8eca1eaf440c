/* Descriptors that a worker inherited and that lead out of the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_INHERITED_H
#define SHIM_JAIL_INHERITED_H

/*
 * A directory outside is a way out for openat(2) and fchdir(2), also for an ordinary user; so is
 * what O_PATH opened, a namespace, and a file of /proc. fanotify, io_uring, a disk or a pidfd do
 * what only the master may. So whatever is not known to be harmless (jail/harmless.h) is replaced
 * in place by the jail's root: the server finds its number taken, by something that it cannot leave
 * through.
 */

/**
 * inherited_list() - open the list of this process's descriptors, while /proc is in reach.
 *
 * Return: a descriptor; a negative error number where there is no /proc: give it to
 * inherited_replace() all the same.
 */
int inherited_list(void);

/**
 * inherited_replace() - replace all but the harmless; "/" is the jail by now. Closes @list.
 *
 * Takes time with the number of open descriptors. Async-signal-safe.
 *
 * Return: 0 or a negative error number.
 */
int inherited_replace(int list);

#endif
