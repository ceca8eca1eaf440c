/* Shows what has changed in a text, as diff(1) does. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TEXT_DIFF_H
#define SHIM_COMMAND_TEXT_DIFF_H

#include <stdio.h>

/**
 * text_diff() - show the lines that went ("-") and came ("+"), each run with up to three lines of
 * what stayed around it.
 * @name: of the text, for the head.
 */
void text_diff(const char *before, const char *after, const char *name, FILE *out);

#endif
