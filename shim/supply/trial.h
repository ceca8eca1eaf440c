/* Tries the entry before the first worker, so that a server never starts which could not jail it.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_TRIAL_H
#define SHIM_SUPPLY_TRIAL_H

#include "supply/plan.h"

/**
 * trial_run() - let a throw-away child enter the jail, as a worker will.
 *
 * What workers are refused is known at the start then: a filter of system calls that kills who
 * calls chroot(2), for instance, would let a service manager see an active unit whose workers die
 * for ever. Nothing of the server's changes.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int trial_run(struct plan *plan, struct failure *ret_failure);

/**
 * trial_mounts() - let a throw-away child ask whether a filter of system calls lets the server make
 * a mount namespace. It has CAP_SYS_ADMIN; nothing is made, and nothing changes.
 *
 * Before the server makes one: a filter that kills would kill it, without a word.
 *
 * Return: as trial_run() does.
 */
int trial_mounts(struct plan *plan, struct failure *ret_failure);

#endif
