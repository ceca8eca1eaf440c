/* Writes the settings that findings propose into the file of settings, if its owner agrees. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_FIX_H
#define SHIM_COMMAND_FIX_H

#include "command/finding.h"

#include <stdbool.h>

/**
 * fix() - show what the file of settings would become, ask, and write it.
 * @path: the file; it need not be there yet.
 * @yes:  do not ask. Else, where there is no terminal to ask at, nothing is written.
 *
 * What is proposed is what notes do not: the cures of warnings and errors that are settings. What
 * is held by a variable of the environment, which overrides the file, is only told; so is what
 * stands in a file that this one includes.
 *
 * Return: 0 if all is written, or there is nothing to write; STATUS_FAILED where it cannot be
 * written, with a line on stderr.
 */
int fix(const struct findings *findings, const char *path, bool yes);

#endif
