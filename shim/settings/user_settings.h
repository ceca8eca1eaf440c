/* The settings of one user, where each user has a jail: the template with all tokens replaced. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_USER_SETTINGS_H
#define SHIM_SETTINGS_USER_SETTINGS_H

#include "settings/settings.h"
#include "system/failure.h"

#include <sys/types.h>

/*
 * Tokens (settings/template.h) stand in `jail`, and then in `log`, `expose` (that of services, too)
 * and `aliases` as well. Where `jail` has none, "%" means itself everywhere but in `jail`.
 */

/** settings_are_template() - has each user a jail? */
bool settings_are_template(const struct settings *settings);

/** user_settings_have_log() - has each user a log, by these of the template? */
bool user_settings_have_log(const struct settings *settings);

/**
 * user_settings_check() - are the tokens where they may be? `pidfile` and `scoreboard` are the
 * server's, and no user's.
 *
 * Return: 0, or -EINVAL with @ret_failure.
 */
int user_settings_check(const struct settings *settings, struct failure *ret_failure);

/**
 * user_settings_make() - those of the user @name.
 * @ret_settings: a copy, which shares with @settings what is the same; also after a failure it is
 *                to be given to user_settings_release(), before @settings is released.
 *
 * Return: 0; -EINVAL, -ENAMETOOLONG or -ENOMEM, with @ret_failure.
 */
int user_settings_make(const struct settings *settings, const char *name, uid_t uid,
        struct settings *ret_settings, struct failure *ret_failure);

/** user_settings_release() - free what is the user's own. */
void user_settings_release(struct settings *settings);

#endif
