/* Text that others chose, made fit for a terminal and for JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_UTF8_H
#define SHIM_COMMAND_UTF8_H

#include <stddef.h>

/**
 * utf8_printable() - how long is the character at @text?
 *
 * Return: its bytes; 0 for what is no UTF-8, and for control characters (C0, DEL and C1, which
 * terminals obey as well).
 */
size_t utf8_printable(const char *text);

/** utf8_clean() - a copy with "?" for each byte of what is not printable; NULL of NULL. Free it. */
char *utf8_clean(const char *text);

#endif
