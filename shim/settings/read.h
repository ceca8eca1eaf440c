/* Takes the settings out of what a configuration file holds; libconfig is loaded meanwhile only. */
#ifndef SHIM_SETTINGS_READ_H
#define SHIM_SETTINGS_READ_H

#include "settings/settings.h"

/**
 * settings_read_text() - take settings from what a file holds.
 * @path:    of the file, as complaints and @settings name it.
 * @content: @length bytes, and no end mark.
 *
 * libconfig is opened with RTLD_LOCAL and RTLD_DEEPBIND: linked the ordinary way, its names reach
 * the host (lighttpd exports a settings_init() of its own).
 *
 * Return: 0; -EINVAL with @ret_complaint; -ENOMEM.
 */
int settings_read_text(struct settings *settings, const char *path, const char *content,
        size_t length, struct complaint *ret_complaint);

#endif
