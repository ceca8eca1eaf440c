/* What a server holds in readiness before its first worker, while all of it is in reach. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_READINESS_H
#define SHIM_PROCESS_READINESS_H

#include "system/failure.h"

/** What this_process()->witness is in a program that needs none. */
extern const int readiness_never_copied;

/**
 * readiness_make() - once in a server: open the log and the jail, load the libraries, bind the
 * real functions, and note what workers need to know. Allocates, unless it was done before.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int readiness_make(struct failure *ret_failure);

/**
 * readiness_witness() - set up this_process()->witness. Needs Linux 4.14: MADV_WIPEONFORK,
 * madvise(2).
 *
 * Without it, a child that clone(2) makes past the hooks of fork() would not be known for one.
 *
 * Return: 0, also where the kernel has no such memory; -EINVAL, with @ret_failure.
 */
int readiness_witness(struct failure *ret_failure);

/** readiness_note_program() - set the program, its script and their identities, if /proc tells. */
void readiness_note_program(void);

#endif
