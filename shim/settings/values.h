/* Gives settings their values, which are texts in the file as in the environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_VALUES_H
#define SHIM_SETTINGS_VALUES_H

#include "settings/settings.h"

/**
 * settings_store() - give a setting its value; for a list, append one element.
 * @text: the value.
 *
 * Return: 0; -EINVAL or -ENOMEM, with @ret_failure.
 */
int settings_store(struct settings *settings, const struct setting_key *key, const char *text,
        struct failure *ret_failure);

/** settings_clear() - take all elements out of a list. */
void settings_clear(struct settings *settings, const struct setting_key *key);

#endif
