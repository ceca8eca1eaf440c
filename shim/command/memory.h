/* Memory of the command, which ends where there is none: no caller has to ask. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_MEMORY_H
#define SHIM_COMMAND_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/** memory_copy() - a copy of @text; NULL of NULL. Free it. */
char *memory_copy(const char *text);

/** memory_format() - a text as by printf(3). Free it. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** memory_vformat() - the same, with its values. */
char *memory_vformat(const char *format, va_list values) __attribute__((format(printf, 1, 0)));

/** memory_grow() - room for @count items of @size bytes, with what @items holds; what is new is not
 * set. Free it. */
void *memory_grow(void *items, size_t count, size_t size);

#endif
