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
 * settings_read_file() - take settings from a file; settings->path is then its path.
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
