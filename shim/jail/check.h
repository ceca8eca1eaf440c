/* Says whether a directory is safe to become the root of workers, and whether we may make it so. */
#ifndef SHIM_JAIL_CHECK_H
#define SHIM_JAIL_CHECK_H

#include "core/settings.h"
#include "jail/jail.h"

/**
 * jail_check() - look at a jail before anything has started.
 * @configured: as configured.
 * @ret_jail:   what was found; its strings are allocated and stay. Its fd is not opened yet.
 *
 * The rules are those of ChrootDirectory in sshd_config(5): absolute, not "/", a directory, and
 * every component of it, in both spellings, owned by root (or by the caller) and not writable
 * by group or others.
 *
 * Return: 0; -EACCES where the caller may not look; -EINVAL or -ENOMEM; with @ret_complaint.
 */
int jail_check(const char *configured, struct jail *ret_jail, struct complaint *ret_complaint);

/**
 * jail_add_aliases() - record further outside paths that mean the jail.
 *
 * Return: 0; -EINVAL or -ENOMEM, with @ret_complaint.
 */
int jail_add_aliases(
        struct jail *jail, const struct setting_list *aliases, struct complaint *ret_complaint);

/**
 * jail_check_privilege() - has this process the capabilities to chroot, and to mount?
 *
 * Return: 0, or -EPERM with @ret_complaint.
 */
int jail_check_privilege(enum setting_isolation isolation, struct complaint *ret_complaint);

#endif
