/* Says whether the shim could take hold in a program, before that is started. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TAKES_HOLD_H
#define SHIM_COMMAND_TAKES_HOLD_H

#include "system/failure.h"

/**
 * takes_hold() - would the loader of @program load @library into it?
 * @program: path of an executable.
 * @library: as LD_PRELOAD names it.
 *
 * Not in a static program, not in one of another machine, word size or C library, and not if the
 * library is absent, unreadable for this user, or damaged: its loader is asked to put both
 * together (ld.so(8), --list), which runs neither.
 *
 * Return: 0; a negative error number with @ret_failure.
 */
int takes_hold(const char *program, const char *library, struct failure *ret_failure);

#endif
