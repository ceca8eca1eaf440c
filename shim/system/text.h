/* Text in a buffer of fixed size: put together without allocation, safe in a signal handler. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_TEXT_H
#define SHIM_SYSTEM_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/** struct text - a text that grows; there is always a NUL at its end. */
struct text {
        char *begin;
        size_t size;
        size_t length;
};

/** Longest string that text_format() puts in whole; a longer one loses its middle. */
#define TEXT_STRING_LIMIT 400

/** Room for the decimal text of any int64_t, see number_text(). */
#define NUMBER_SIZE 24

/** text_in() - an empty text in @buffer of @size bytes, at least 4. */
struct text text_in(char *buffer, size_t size);

/** text_add() - append @string; where there is no room for all of it, the text ends in "...". */
void text_add(struct text *text, const char *string);

/** text_add_short() - text_add() of at most @limit bytes: a longer string loses its middle. */
void text_add_short(struct text *text, const char *string, size_t limit);

/** text_add_number() - append a number, with zeros in front up to @digits. */
void text_add_number(struct text *text, int64_t number, int digits);

/** text_add_item() - append item @i of a list of @count: "a, b or c", where @last is "or". */
void text_add_item(struct text *text, const char *item, size_t i, size_t count, const char *last);

/** text_format() - append as vprintf(3) would. Knows %s, %d, %u, %o and %%, and no flags. */
void text_format(struct text *text, const char *format, va_list values)
        __attribute__((format(printf, 2, 0)));

/** number_text() - the decimal text of @number, in @buffer of NUMBER_SIZE bytes. */
const char *number_text(char *buffer, int64_t number);

#endif
