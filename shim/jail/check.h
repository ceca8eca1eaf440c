/* Says whether a directory is safe to become the root of workers, and whether we may make it so. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_CHECK_H
#define SHIM_JAIL_CHECK_H

#include "jail/jail.h"
#include "settings/settings.h"

/**
 * jail_check() - look at a jail before anything has started.
 * @configured: as configured.
 * @ret_jail:   what was found; its strings are allocated and stay. Its fd is not opened yet.
 *
 * It must be absolute, a directory, and not "/".
 *
 * Return: 0; -EACCES where the caller may not look; -EINVAL or -ENOMEM; with @ret_failure.
 */
int jail_check(const char *configured, struct jail *ret_jail, struct failure *ret_failure);

/**
 * jail_check_safety() - could somebody else change what it is, in either spelling
 * (system/safety.h)?
 *
 * Return: 0; -EACCES where the caller may not look; -EINVAL; with @ret_failure.
 */
int jail_check_safety(const struct jail *jail, struct failure *ret_failure);

/** jail_check_way() - the same, of the ways to it alone, and not of what is in it. */
int jail_check_way(const struct jail *jail, struct failure *ret_failure);

/**
 * jail_add_aliases() - record further outside paths that mean the jail.
 *
 * Return: 0; -EINVAL or -ENOMEM, with @ret_failure.
 */
int jail_add_aliases(
        struct jail *jail, const struct setting_list *aliases, struct failure *ret_failure);

/**
 * jail_check_privilege() - has this process what it takes to chroot, and to mount?
 *
 * Sets jail->rootless: an ordinary user's workers get there by a user namespace.
 *
 * Return: 0, or -EPERM with @ret_failure.
 */
int jail_check_privilege(
        struct jail *jail, const struct settings *settings, struct failure *ret_failure);

#endif
