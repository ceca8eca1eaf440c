/* A table for people: columns as wide as what stands in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/table.h"

#include "command/memory.h"

#include <stdlib.h>

struct table_cell {
        char *text;
        enum terminal_colour colour;
};

void table_add(struct table *table, enum terminal_colour colour, const char *format, ...)
{
        va_list values;

        table->cell = memory_grow(table->cell, table->count + 1, sizeof(*table->cell));
        va_start(values, format);
        table->cell[table->count++] = (struct table_cell){memory_vformat(format, values), colour};
        va_end(values);
}

/* In characters: the further bytes of one in UTF-8 begin with the bits 10. */
static size_t width(const char *text)
{
        size_t count = 0;

        for (; *text; text++)
                count += ((unsigned char)*text & 0xc0) != 0x80;
        return count;
}

static size_t column_width(const struct table *table, size_t column)
{
        size_t widest = 0;

        for (size_t i = column; i < table->count; i += table->columns)
                if (width(table->cell[i].text) > widest)
                        widest = width(table->cell[i].text);
        return widest;
}

void table_show(struct table *table, int indent, FILE *out)
{
        for (size_t i = 0; i < table->count; i++) {
                struct table_cell *cell = &table->cell[i];
                size_t column = i % table->columns;

                if (column == 0)
                        fprintf(out, "%*s", indent, "");
                if (cell->colour != TERMINAL_PLAIN)
                        terminal_colour(out, cell->colour);
                terminal_print(out, cell->text);
                if (cell->colour != TERMINAL_PLAIN)
                        terminal_colour(out, TERMINAL_PLAIN);
                if (column + 1 < table->columns)
                        fprintf(out, "%*s",
                                (int)(column_width(table, column) - width(cell->text)) + 2, "");
                else
                        fputc('\n', out);
        }
        for (size_t i = 0; i < table->count; i++)
                free(table->cell[i].text);
        free(table->cell);
        *table = (struct table){.columns = table->columns};
}
