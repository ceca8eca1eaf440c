/* The doctor where each user has a jail: whose jails there are, and which one is looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_USERS_H
#define SHIM_COMMAND_CHECK_USERS_H

#include "command/check/check.h"

/**
 * check_users_begin() - of check->plan, whose settings name a jail for each user: what is the same
 * for all. No jail is looked at then, so it is not usable.
 * @only: the findings of this user's jail are wanted, and of no other; NULL for all.
 */
void check_users_begin(struct check *check, const char *only);

/**
 * check_users_choose() - from now on, it is about the jail of this uid: check->plan is its plan,
 * made at the first time. Where there is one jail for all, nothing changes.
 */
void check_users_choose(struct check *check, uid_t uid);

/** check_users_choose_none() - what follows is about no jail that is known: no path is looked at.
 */
void check_users_choose_none(struct check *check);

/** check_users_end() - look into each of the jails, those that no server's configuration has named
 * among them. */
void check_users_end(struct check *check);

#endif
