/* Puts what a file of settings includes into its text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_INCLUDE_H
#define SHIM_SETTINGS_INCLUDE_H

#include "settings/sources.h"
#include "settings/whole_text.h"

/** Most files of which each includes the next. libconfig has the same limit. */
#define INCLUDE_DEPTH_LIMIT 10

/**
 * include_all() - the text of @bytes, with the text of a file in the place of each @include.
 * @sources: the last one is the file that @bytes are from; those that are opened come behind it.
 *
 * libconfig would open them by itself, with no look at whose they are, and version 1.5 knows no
 * pattern. A line `@include "FILE"` names a file, or by wildcards in its last component any number
 * of them; a name that does not begin with "/" begins at the directory of the file that it stands
 * in. Each file must be one that settings_read_file() would read.
 *
 * What libconfig would take, and nobody may write, is refused: a comment without an end, in which
 * all settings that follow get lost; a text without one; a NUL byte.
 *
 * Return: 0, or a negative error number with @ret_failure. @ret_text is to be released in any case.
 */
int include_all(struct whole_text *ret_text, struct settings_sources *sources, const char *bytes,
        size_t length, struct failure *ret_failure);

#endif
