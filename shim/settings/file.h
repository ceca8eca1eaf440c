/* Reads the configuration file into the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_FILE_H
#define SHIM_SETTINGS_FILE_H

#include "settings/settings.h"

/** Largest configuration file in bytes. */
#define SETTINGS_FILE_LIMIT (1 << 20)

/** settings_file_fits() - is it a regular file of at most that size? Async-signal-safe. */
bool settings_file_fits(const struct file_facts *facts);

/**
 * settings_file_take() - open such a file once, judge what was opened, and read it.
 * @required, @variable: as below.
 *
 * Return: 0, also without a file that is not @required, with NULL in @ret_bytes; else they are from
 * malloc(). A negative error number, with @ret_failure.
 */
int settings_file_take(const char *path, bool required, const char *variable, char **ret_bytes,
        size_t *ret_length, struct settings_stamp *ret_stamp, struct failure *ret_failure);

/**
 * settings_read_file() - take settings from a file, and what it includes; settings->path is then
 * its path.
 * @path:     of a regular file of at most SETTINGS_FILE_LIMIT bytes.
 * @required: a missing file is an error.
 * @variable: by which another file is named: a variable, or a key in words.
 *
 * libconfig is loaded for the length of the reading only.
 *
 * Return: 0, also without a file that is not @required; -EACCES where it may not be read, another
 * negative error number; with @ret_failure.
 */
int settings_read_file(struct settings *settings, const char *path, bool required,
        const char *variable, struct failure *ret_failure);

#endif
