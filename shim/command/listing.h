/* Prints the words that may be written, for completion in a shell: `chrootshim --list WHAT`. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_LISTING_H
#define SHIM_COMMAND_LISTING_H

#include "command/subcommand.h"

/** What makes chrootshim print a list; --help does not tell of it. */
#define LISTING_OPTION "--list"

/**
 * listing_print() - print one of the lists, a line for each word; tabs divide a line's fields.
 * @words:       "subcommands" (with what each does), "options" and a subcommand (see
 *               options_list()), "services" (built in, of the settings and of the definitions),
 *               "capabilities", or "servers" that init knows; ends with NULL.
 * @subcommands: all of them.
 *
 * Settings that cannot be read are no error: what they would add is missing.
 *
 * Return: 0; STATUS_USAGE if there is no such list.
 */
int listing_print(char *const *words, const struct subcommand *const *subcommands, size_t count);

#endif
