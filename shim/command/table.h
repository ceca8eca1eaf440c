/* A table for people: columns as wide as what stands in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TABLE_H
#define SHIM_COMMAND_TABLE_H

#include "command/terminal.h"

#include <stddef.h>

/** struct table - cells, row by row; begin with the number of columns, and zero. */
struct table {
        size_t columns;
        struct table_cell *cell;
        size_t count;
};

/** table_add() - the next cell; a row is full after as many as there are columns. */
void table_add(struct table *table, enum terminal_colour colour, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/** table_show() - print it, each line behind @indent blanks, and free what it holds. */
void table_show(struct table *table, int indent, FILE *out);

#endif
