/* Finds settings in the text of a libconfig file, without reading what they mean. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SETTINGS_TEXT_H
#define SHIM_COMMAND_SETTINGS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** struct settings_span - where a value stands: from @begin up to @end, in bytes. */
struct settings_span {
        size_t begin;
        size_t end;
};

/**
 * struct settings_list - what is known of a list.
 *
 * @holds:           has it the element that was asked for?
 * @count:           of its elements.
 * @last_begin:      where the last one begins, and
 * @last_end:        ends, with a comma that follows; without any, behind the bracket.
 * @ends_with_comma: there is one.
 */
struct settings_list {
        bool holds;
        size_t count;
        size_t last_begin;
        size_t last_end;
        bool ends_with_comma;
};

/** settings_text_find() - the value of @name on the top level, what is included left out. Return:
 * is it there? */
bool settings_text_find(const char *text, const char *name, struct settings_span *ret_span);

/**
 * settings_text_section() - what stands between the brackets { } of a section.
 * @line:    where it begins.
 * @program: one of its `programs`; NULL for the section that has none.
 *
 * Return: is it there?
 */
bool settings_text_section(
        const char *text, unsigned line, const char *program, struct settings_span *ret_span);

/**
 * settings_text_list() - look at the list in @span.
 * @element: as it would stand in the file, with its quotes.
 *
 * Return: is it a list?
 */
bool settings_text_list(const char *text, const struct settings_span *span, const char *element,
        struct settings_list *ret_list);

#endif
