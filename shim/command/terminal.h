/* Output for people: colours on a terminal only, and nothing that a terminal would obey. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TERMINAL_H
#define SHIM_COMMAND_TERMINAL_H

#include <stdio.h>

/** enum terminal_colour - what is told apart by colour. */
enum terminal_colour {
        TERMINAL_PLAIN,
        TERMINAL_RED,
        TERMINAL_GREEN,
        TERMINAL_YELLOW,
        TERMINAL_CYAN,
        TERMINAL_BOLD,
};

/**
 * terminal_colour() - what follows has this colour, if @out is a terminal that has any.
 *
 * Not where NO_COLOR is set (no-color.org), or TERM is "dumb" or unset.
 */
void terminal_colour(FILE *out, enum terminal_colour colour);

/** terminal_print() - print a text that others chose: control characters, and what is no UTF-8, are
 * shown as
 * "?". */
void terminal_print(FILE *out, const char *text);

#endif
