/* Looks whether a script of the administrator's own finds the programs in the jail that it names.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SCRIPT_CHECK_H
#define SHIM_COMMAND_SCRIPT_CHECK_H

#include "command/check/check.h"

/**
 * script_check() - look at what a script names.
 * @fd:   of it, which is closed; a negative one is none.
 * @path: as it was asked for.
 * @use:  of enum check_use: optional or not.
 *
 * A program that it names by its path is wanted as the script is. A word where a command of a shell
 * stands is a guess, and a note.
 */
void script_check(struct check *check, int fd, const char *path, unsigned use);

/**
 * script_read() - the beginning of a script's text; what it asks for is doubted, if others than
 * root can change it. Closes @fd. @ret_doubted: to be put back into check->findings.doubted.
 * Return: from malloc().
 */
char *script_read(struct check *check, int fd, bool *ret_doubted);

/** SCRIPT_OPEN - flags for open(2) of a script that others may exchange for something else. */
#define SCRIPT_OPEN (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

#endif
