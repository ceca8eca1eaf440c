/* Looks whether a script of the administrator's own finds the programs in the jail that it names.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SCRIPT_CHECK_H
#define SHIM_COMMAND_SCRIPT_CHECK_H

#include "command/check.h"

/**
 * script_check() - look at what a script names.
 * @real: where it lies outside.
 * @path: as it was asked for.
 * @use:  of enum check_use: optional or not.
 *
 * A program that it names by its path is wanted as the script is. A word where a command of a shell
 * stands is a guess, and a note.
 */
void script_check(struct check *check, const char *real, const char *path, unsigned use);

#endif
