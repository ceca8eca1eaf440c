/* Text that others may have chosen, as one word of a shell's line, or a text of the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_QUOTING_H
#define SHIM_COMMAND_QUOTING_H

/** quoted_word() - for sh(1), in single quotes if it needs any. Free it. */
char *quoted_word(const char *text);

/** quoted_setting() - as libconfig reads it: in double quotes, with backslashes. Free it. */
char *quoted_setting(const char *text);

#endif
