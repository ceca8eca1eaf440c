/* Memory of the command, which ends where there is none: no caller has to ask. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn)) give_up(void)
{
        fputs("chrootshim: out of memory\n", stderr);
        exit(70);
}

char *memory_copy(const char *text)
{
        char *copy = text ? strdup(text) : NULL;

        if (text && !copy)
                give_up();
        return copy;
}

char *memory_vformat(const char *format, va_list values)
{
        char *text;

        if (vasprintf(&text, format, values) < 0)
                give_up();
        return text;
}

char *memory_format(const char *format, ...)
{
        va_list values;
        char *text;

        va_start(values, format);
        text = memory_vformat(format, values);
        va_end(values);
        return text;
}

void *memory_grow(void *items, size_t count, size_t size)
{
        void *grown = reallocarray(items, count, size);

        if (!grown)
                give_up();
        return grown;
}
