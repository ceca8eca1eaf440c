/* A jail for each user: which users have one, and which one is whose. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_USER_JAIL_H
#define SHIM_COMMAND_USER_JAIL_H

#include "settings/settings.h"
#include "system/kernel.h"

#include <sys/types.h>

/** struct user - a uid, by the name that it has (getpwuid(3)), which is that of its jail. */
struct user {
        char *name;
        uid_t uid;
};

/** struct users - each once; begin with all zero. */
struct users {
        struct user *item;
        size_t count;
};

/** users_add() - add this uid, unless it is there or has no name. Return: has it a name? */
bool users_add(struct users *users, uid_t uid);

/**
 * users_add_named() - the same by a name.
 *
 * Return: 0, or -EINVAL with @ret_failure: there is no such user, or the jail of its uid has
 * another name.
 */
int users_add_named(struct users *users, const char *name, struct failure *ret_failure);

/**
 * users_with_jail() - those whose jail is there, by the entries of the directory in which the jails
 * are, in the order of their names.
 * @stranger: told of each directory there that is the jail of no user.
 *
 * Return: 0, or a negative error number with @ret_failure: that directory cannot be read.
 */
int users_with_jail(const struct settings *settings, struct users *ret_users,
        void (*stranger)(void *context, const char *path), void *context,
        struct failure *ret_failure);

/** users_release() - free what they hold. */
void users_release(struct users *users);

/**
 * user_jail_path() - the jail of one user. Return: from malloc(); NULL with @ret_failure if the uid
 * has no name, or one that no jail can have.
 */
char *user_jail_path(const struct settings *settings, uid_t uid, struct failure *ret_failure);

/**
 * user_jail_identity() - which directory that is. Return: false if it has none; *ret_identity is
 * that of no file then.
 */
bool user_jail_identity(const struct settings *settings, uid_t uid, struct identity *ret_identity);

#endif
