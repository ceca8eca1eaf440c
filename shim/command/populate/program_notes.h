/* What is worth knowing of a program that comes into a jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PROGRAM_NOTES_H
#define SHIM_COMMAND_PROGRAM_NOTES_H

#include "command/finding.h"
#include "jail/jail.h"

/**
 * program_notes() - add to @findings what the copy of the program at @path is without: its set-id
 * bits and capabilities; whether the shim can take hold in it; and what it misses in @jail, which
 * is held (jail_hold()), since that has no /proc.
 */
void program_notes(const char *path, const struct jail *jail, struct findings *findings);

#endif
