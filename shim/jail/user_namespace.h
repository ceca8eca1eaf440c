/* The way into a jail without root: a user namespace of the worker's own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_USER_NAMESPACE_H
#define SHIM_JAIL_USER_NAMESPACE_H

/**
 * user_namespace_enter() - become the only user of a new user namespace (user_namespaces(7)).
 *
 * The ids stay what they are, every other one reads as the overflow id, and setgroups(2) is denied.
 * The process then may chroot(2); it should drop all capabilities after that. It must have one
 * thread, and /proc in reach. Async-signal-safe.
 *
 * Return: 0 or a negative error number.
 */
int user_namespace_enter(void);

#endif
