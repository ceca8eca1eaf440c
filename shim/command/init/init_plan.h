/* Which files `chrootshim init` writes for a server, and with which text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_PLAN_H
#define SHIM_COMMAND_INIT_PLAN_H

#include "command/init/init_layout.h"
#include "command/init/init_record.h"
#include "command/user_jail.h"

/**
 * init_plan_jails() - first of all: plan the jail; or, where each user has one, the directory in
 * which they are, and those of @users.
 *
 * Return: 0; a negative error number with @ret_failure.
 */
int init_plan_jails(struct init_record *record, const char *jail, const struct users *users,
        struct failure *ret_failure);

/**
 * init_plan() - plan the file of settings, and the files of the server's layout.
 * @settings: text of the file of settings, which is settings_file().
 * @merged:   that has been made from what is there, and may take its place.
 * @force:    also where a file is there with another text.
 *
 * The library, the settings and this command are named where they are for this installation.
 *
 * Return: 0; a negative error number with @ret_failure.
 */
int init_plan(struct init_record *record, const struct init_server *server, const char *settings,
        bool merged, bool force, struct failure *ret_failure);

#endif
