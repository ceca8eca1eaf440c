/* Programs that a worker starts inside the jail: what they get, and how they begin. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_INSIDE_H
#define SHIM_PROCESS_INSIDE_H

#include "supply/plan.h"
#include "view/environment.h"

/*
 * Where the jail has the shim under its own path, such a program gets it in LD_PRELOAD, and
 * CHROOTSHIM_INSIDE=DEVICE:INODE of the jail. Having compared that with its "/", and made sure that
 * "/" is not the machine's, it begins as jailed, and reads no file. Elsewhere the shim is taken out
 * of LD_PRELOAD, for the loader would complain in the server's log.
 */

/**
 * inside_describe() - the variables for such programs, by the jail of @plan; allocates.
 *
 * Return: from malloc(), the last is NULL; NULL if there is no memory, with @ret_failure.
 */
char **inside_describe(const struct plan *plan, struct failure *ret_failure);

/**
 * inside_start() - begin as a program that a worker has started.
 * @value: of CHROOTSHIM_INSIDE.
 *
 * It describes itself for what it starts in turn.
 *
 * Return: 0, -EINVAL or -ENOMEM, with @ret_failure.
 */
int inside_start(const char *value, struct failure *ret_failure);

/** inside_edit() - complete the edit of the environment of such a program. Async-signal-safe. */
void inside_edit(struct environment_edit *edit);

/**
 * inside_edit_environ() - edit the worker's own environment, at the entry.
 *
 * system() and popen() give environ to their shell past any hook. What concerns the shim is
 * changed, and TZ is set where it is not, so that libc keeps the time zone that it has read. The
 * array is a new one, of memory that libc does not know: it frees its own when it makes a longer
 * one. Where there is no memory, the loader in the jail complains. Async-signal-safe.
 */
void inside_edit_environ(void);

#endif
