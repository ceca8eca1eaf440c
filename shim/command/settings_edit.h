/* Puts cures into a file of settings, whose text stays as its owner wrote it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SETTINGS_EDIT_H
#define SHIM_COMMAND_SETTINGS_EDIT_H

#include "command/finding.h"

/**
 * settings_edit() - put one cure into the text of a file of settings.
 * @text: of the file, in the form of libconfig; replaced by the new one. From malloc().
 * @cure: one with a key; others change nothing.
 *
 * An element goes behind the last one of its list, in the same form: on a line of its own where the
 * last one has one. Another value takes the place of the one that is there. A key that is not there
 * comes at the end. Comments and all else stay as they are.
 *
 * Return: has it changed? Not if the list has the element already, or the key that value.
 */
bool settings_edit(char **text, const struct cure *cure);

/**
 * settings_edit_read() - the text of the file; "" if there is none. Free it.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int settings_edit_read(const char *path, char **ret_text, struct failure *ret_failure);

/**
 * settings_edit_write() - make @text the file's.
 *
 * It is written beside the file and read as settings; if it is refused, the file stays as it is.
 * Then it takes the file's place at once, with its owner and mode (0644 for a new one). A link is
 * refused: settings_read() would refuse it.
 *
 * Return: 0, or a negative error number with @ret_failure, whose file may be from malloc(): the
 * program that tells it is about to end.
 */
int settings_edit_write(const char *path, const char *text, struct failure *ret_failure);

#endif
