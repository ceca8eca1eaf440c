/* Takes the settings out of a group of a configuration file, which is all of it or a section. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_GROUP_H
#define SHIM_SETTINGS_GROUP_H

#include "settings/parser.h"
#include "settings/settings.h"
#include "settings/whole_text.h"

/** struct group_reading - one reading: what is read, and where to. */
struct group_reading {
        struct parser parser;
        struct whole_text text;
        struct settings *settings;
        struct failure *failure;
};

/**
 * group_take() - take one setting. A list replaces the one that was taken before.
 *
 * Return: 0; -EINVAL or -ENOMEM, with reading->failure.
 */
int group_take(struct group_reading *reading, const config_setting_t *setting);

/** group_locate() - in which file and line @setting stands. */
void group_locate(const struct group_reading *reading, const config_setting_t *setting,
        const char **ret_file, unsigned *ret_line);

/**
 * group_refuse() - say that @setting is not as it must be.
 * @key:  the setting that is named, or NULL.
 * @name: a part of it, or NULL.
 *
 * Return: -EINVAL.
 */
int group_refuse(struct group_reading *reading, const config_setting_t *setting, const char *key,
        const char *name, const char *reason, const char *remedy);

#endif
