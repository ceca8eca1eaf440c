/* The words of libconfig's syntax that may hold anything: comments, and texts in quotes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_TOKENS_H
#define SHIM_SETTINGS_TOKENS_H

#include <stdbool.h>

/* Each looks at the text from @text up to @end, which is behind its last byte. */

/** token_begins() - does it begin with @with? */
bool token_begins(const char *text, const char *end, const char *with);

/**
 * token_string_end() - behind the text in double quotes that begins here.
 *
 * Its escapes are a backslash and any byte. Return: NULL if it has no end.
 */
const char *token_string_end(const char *text, const char *end);

/** token_comment_end() - behind the comment that begins here. Return: @text if none does; NULL if
 * it has no end. */
const char *token_comment_end(const char *text, const char *end);

#endif
