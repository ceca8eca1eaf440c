/* The private mount namespace in which workers live: the jail, what is exposed, and no more. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_H
#define SHIM_SUPPLY_NAMESPACE_H

#include "supply/plan.h"

/*
 * Its root is an empty, read-only tmpfs that holds the directories on the way to the jail, so that
 * /proc/PID/root of a worker reads as the jail's own path. A worker is below that root by
 * chroot(2), and the kernel therefore refuses it a user namespace (current_chrooted() in the
 * kernel's fs/fs_struct.c). Nothing is mounted in the host's namespace, and nothing survives the
 * last process that holds this one.
 */

/**
 * namespace_make() - make one.
 * @held: what exposure_take() has given for each of the exposures; each is replaced by another
 *        descriptor, and is still the caller's to close.
 * @ret_left_out: for each of them: a worker may have put something in its place.
 *
 * What is held is mounted as exposure_mount() says. Missing mount points are made in the jail; what
 * is left out is told in the log. The work is done by a child that the server does not notice.
 * Async-signal-safe where it succeeds.
 *
 * Return: the namespace's descriptor, closed by exec; a negative error number with @ret_failure.
 */
int namespace_make(struct plan *plan, int *held, bool *ret_left_out, struct failure *ret_failure);

/**
 * namespace_change() - bring what is @wanted into plan->jail.namespace, where workers run already.
 * @held:   as above; what is wanted and not held is gone, and its mount is taken away.
 * @wanted: for each exposure; with one, all those that lie in it.
 * @ret_left_out: for each: what there is could not be brought, which is told in the log.
 *
 * Workers see the old mount of each or the new one (see namespace_change.c). Async-signal-safe.
 *
 * Return: 0, or a negative error number with @ret_failure: then nothing has been brought.
 */
int namespace_change(struct plan *plan, int *held, bool *wanted, bool *ret_left_out,
        struct failure *ret_failure);

#endif
