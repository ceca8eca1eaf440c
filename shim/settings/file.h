/* Finds, checks and reads the configuration file. */
#ifndef SHIM_SETTINGS_FILE_H
#define SHIM_SETTINGS_FILE_H

#include "settings/settings.h"

/**
 * settings_read_file() - take settings from a file.
 * @path:     of a regular file of at most SETTINGS_FILE_LIMIT bytes.
 * @required: a missing file is an error.
 *
 * Return: 0; -ENOENT if there is no such file and it is not @required; -EACCES where the file may
 * not be read, else -EINVAL or -ENOMEM; with @ret_complaint for each but -ENOENT.
 */
int settings_read_file(struct settings *settings, const char *path, bool required,
        struct complaint *ret_complaint);

/** Largest configuration file in bytes. */
#define SETTINGS_FILE_LIMIT (1 << 20)

#endif
