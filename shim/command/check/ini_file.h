/* Reads php.ini and its like: settings, one a line, with the places where they stand. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INI_FILE_H
#define SHIM_COMMAND_INI_FILE_H

#include <stdbool.h>

/**
 * struct ini_entry - one setting.
 *
 * @section: without its brackets; "" before the first one.
 * @value:   without quotes; "" if it is empty.
 */
struct ini_entry {
        const char *section;
        const char *name;
        const char *value;
        unsigned line;
};

/** ini_found - is told each setting; @entry is valid during the call. */
typedef void ini_found(void *context, const struct ini_entry *entry);

/**
 * ini_parse() - tell the settings of a text, in their order.
 * @comments: a value without quotes ends at ";". Lines that begin with ";" or "#" never count.
 *
 * What is no setting means nothing.
 */
void ini_parse(const char *text, bool comments, ini_found *found, void *context);

/** ini_read() - the same, with comments, of a file. Return: false if it cannot be read. */
bool ini_read(const char *path, ini_found *found, void *context);

#endif
