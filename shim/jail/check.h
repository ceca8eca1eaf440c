/* Says whether a directory is safe to become the root of workers, and whether we may make it so. */
#ifndef SHIM_JAIL_CHECK_H
#define SHIM_JAIL_CHECK_H

#include "jail/jail.h"
#include "settings/settings.h"

/**
 * jail_check_settings() - could somebody else put another file in the place of the settings' one?
 * @path: of the file, absolute. It decides what root does, so the rules are those of a jail.
 *
 * Return: 0, or a negative error number with @ret_complaint.
 */
int jail_check_settings(const char *path, struct complaint *ret_complaint);

/**
 * jail_check() - look at a jail before anything has started.
 * @configured: as configured.
 * @ret_jail:   what was found; its strings are allocated and stay. Its fd is not opened yet.
 *
 * It must be absolute, a directory, and not "/".
 *
 * Return: 0; -EACCES where the caller may not look; -EINVAL or -ENOMEM; with @ret_complaint.
 */
int jail_check(const char *configured, struct jail *ret_jail, struct complaint *ret_complaint);

/**
 * jail_check_safety() - could somebody else change what it is, in either spelling
 * (system/safety.h)?
 *
 * Return: 0; -EACCES where the caller may not look; -EINVAL; with @ret_complaint.
 */
int jail_check_safety(const struct jail *jail, struct complaint *ret_complaint);

/**
 * jail_add_aliases() - record further outside paths that mean the jail.
 *
 * Return: 0; -EINVAL or -ENOMEM, with @ret_complaint.
 */
int jail_add_aliases(
        struct jail *jail, const struct setting_list *aliases, struct complaint *ret_complaint);

/**
 * jail_check_privilege() - has this process what it takes to chroot, and to mount?
 *
 * Sets jail->rootless: an ordinary user's workers get there by a user namespace.
 *
 * Return: 0, or -EPERM with @ret_complaint.
 */
int jail_check_privilege(
        struct jail *jail, const struct settings *settings, struct complaint *ret_complaint);

#endif
