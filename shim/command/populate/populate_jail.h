/* What chrootshim populate does to one jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_POPULATE_JAIL_H
#define SHIM_COMMAND_POPULATE_JAIL_H

#include "command/populate/populate_report.h"
#include "command/user_jail.h"

/** struct populate_task - what was asked for, for whatever jail: the options of the command. */
struct populate_task {
        struct setting_list programs;
        struct setting_list services;
        bool refresh;
        bool remove;
        bool dry_run;
};

/**
 * populate_jail() - do it.
 * @user: whose jail it is, where each user has one; else NULL.
 *
 * Return: 0, with all that there is to tell in @ret_report; a negative error number with
 * @ret_failure if there is no jail to do it in.
 */
int populate_jail(const struct populate_task *task, const struct user *user,
        struct populate_report *ret_report, struct failure *ret_failure);

#endif
