/* The children of a master: how far they come, how they end, and what an exit storm leads to. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_CHILDREN_H
#define SHIM_PROCESS_CHILDREN_H

#include "process/exit_storm.h"
#include "system/failure.h"

/*
 * All but children_prepare() are async-signal-safe and leave errno as it was: servers wait for
 * their children in signal handlers.
 */

/** children_prepare() - before the first worker. Return: 0, or a negative error number. */
int children_prepare(struct failure *ret_failure);

/** children_are_refused() - is no worker to be forked now? */
bool children_are_refused(void);

/** children_fork() - a worker may be forked now. Return: its place, for the calls below; or -1. */
int children_fork(void);

/** children_forked() - in the parent; @pid is below 0 if there is no child. */
void children_forked(int place, pid_t pid);

/** children_begin() - in the child, whose own place this is; -1 for none. */
void children_begin(int place);

/** children_mark() - how far this process has come. */
void children_mark(enum child_mark mark);

#endif
