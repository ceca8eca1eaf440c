/* Says whether a program will find inside what it needs: its interpreter and its libraries. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PROGRAMS_H
#define SHIM_COMMAND_PROGRAMS_H

#include "command/check/inside.h"

/**
 * programs_check() - look at a program that is there; what it lacks is a finding.
 * @path: as it was asked for; @inside is what it leads to.
 * @use:  of enum check_use: optional or essential.
 *
 * Return: true if it has all.
 */
bool programs_check(struct check *check, const struct inside *inside, const char *path,
        unsigned use, const char *where);

/**
 * programs_check_directory() - the same of those in it that may be executed, and in directories
 * below it.
 * @ending: how their names end; NULL: any.
 */
void programs_check_directory(
        struct check *check, const char *path, const char *ending, const char *where);

#endif
