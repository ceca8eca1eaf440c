/* The files of a directory that an @include names by a pattern, such as "*.conf". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_NAMES_H
#define SHIM_SETTINGS_NAMES_H

#include "settings/settings.h"

/** names_has_wildcard() - is there a "*" or a "?" in @name? */
bool names_has_wildcard(const char *name);

/**
 * names_match() - is @name one of those that @pattern stands for?
 *
 * As in a shell, "*" is any text and "?" any byte; a name that begins with a dot must be asked for
 * by one. fnmatch(3) may allocate. Async-signal-safe.
 */
bool names_match(const char *pattern, const char *name);

/**
 * names_sum() - a checksum of all names in the open directory @fd that match, in whatever order.
 *
 * Return: the sum, which is never 0; 0 if the directory cannot be read. Async-signal-safe.
 */
uint64_t names_sum(int fd, const char *pattern);

/** names_list() - those names, sorted by their bytes. Return: 0, or a negative error number. */
int names_list(int fd, const char *pattern, struct setting_list *ret_names);

#endif
