/* Reads all settings, once: the file, then the variables, which override it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_READ_H
#define SHIM_SETTINGS_READ_H

#include "settings/settings.h"

/**
 * settings_read_for() - the defaults, the file of CHROOTSHIM_CONFIG or the usual one, the
 * environment.
 * @wants: is this section of `servers`, by its programs, that of the program which the settings are
 *         for? The first one that is, is taken: settings_is_unserved() tells if none is.
 *
 * The file decides what root does, so the rules for it and the directories on its way are those of
 * a jail (system/safety.h).
 *
 * Return: 0; -EACCES or -EPERM where the caller may not look, else another negative error number;
 * with @ret_failure.
 */
int settings_read_for(struct settings *ret_settings, bool (*wants)(const struct settings *section),
        struct failure *ret_failure);

/**
 * settings_read() - the same for a program that is no server, as the command is: the section that
 * CHROOTSHIM_SERVER names, or the only one there is. None, if it is set and empty, or if there are
 * several and CHROOTSHIM_JAIL is set.
 *
 * Return: as settings_read_for(); -EINVAL, too, if it is not clear which section that would be.
 */
int settings_read(struct settings *ret_settings, struct failure *ret_failure);

/**
 * settings_read_environment() - let the variables override what @settings holds.
 * @environment: as environ(7); an unknown CHROOTSHIM_ variable is an error.
 *
 * Return: 0; -EINVAL or -ENOMEM, with @ret_failure.
 */
int settings_read_environment(
        struct settings *settings, char *const *environment, struct failure *ret_failure);

/**
 * settings_read_definitions() - read the file of `definitions`, or the installed one, into
 * @settings->packaged.
 *
 * The rules for it are those of settings_read(). It has definitions in `services`, and nothing
 * else.
 *
 * Return: 0, also without the installed one; a negative error number, with @ret_failure.
 */
int settings_read_definitions(struct settings *settings, struct failure *ret_failure);

/** settings_definitions_file() - the path of that file. */
const char *settings_definitions_file(const struct settings *settings);

/** settings_file() - the path of the file that is read if it exists. */
const char *settings_file(void);

#endif
