/* Files of text that an administrator may have written: read, and replaced in one step. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TEXT_FILE_H
#define SHIM_COMMAND_TEXT_FILE_H

#include "system/failure.h"

#include <sys/types.h>

/** Most bytes of such a file. */
#define TEXT_FILE_LIMIT (1 << 20)

/**
 * text_file_read() - read it.
 * @ret_text: from malloc(); NULL if there is no such file.
 *
 * Only a regular file of no more than TEXT_FILE_LIMIT bytes is read, and no link is followed at its
 * end.
 *
 * Return: 0; a negative error number with @ret_failure.
 */
int text_file_read(const char *path, char **ret_text, struct failure *ret_failure);

/**
 * text_file_write() - let @text be all that is in it.
 * @mode: of a new file; one that is there keeps its mode and its owner.
 *
 * It is written beside it and takes its place at once. Its directory must be one where only root,
 * or the caller, can change anything (system/safety.h).
 *
 * Return: 0; a negative error number with @ret_failure.
 */
int text_file_write(const char *path, const char *text, mode_t mode, struct failure *ret_failure);

/** text_file_fill() - write all of @text to @fd, and onto the disk. Return: 0, or a negative error
 * number. */
int text_file_fill(int fd, const char *text);

/** text_file_directory() - the directory that it is in. Free it. */
char *text_file_directory(const char *path);

#endif
