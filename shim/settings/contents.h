/* Takes the settings out of what a configuration file holds. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_CONTENTS_H
#define SHIM_SETTINGS_CONTENTS_H

#include "settings/settings.h"

/**
 * settings_read_contents() - take settings from the contents of a file.
 * @path:  by which failures name it, and from which what it includes is looked for; settings->path
 *         afterwards.
 * @stamp: of the file.
 * @bytes: @length of them, in libconfig's syntax.
 *
 * libconfig is opened with RTLD_LOCAL and RTLD_DEEPBIND: linked the ordinary way, its names reach
 * the host (lighttpd exports a config_init() of its own).
 *
 * Return: 0; a negative error number, with @ret_failure.
 */
int settings_read_contents(struct settings *settings, const char *path,
        const struct settings_stamp *stamp, const char *bytes, size_t length,
        struct failure *ret_failure);

#endif
