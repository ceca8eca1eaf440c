/* The second wall: Landlock confines a worker to what lies below its root, chroot or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_LANDLOCK_H
#define SHIM_JAIL_LANDLOCK_H

#include <stdbool.h>

/**
 * landlock_abi() - the version that the kernel offers; it is asked until it has told.
 *
 * Return: at least 1; -EOPNOTSUPP or -ENOSYS where the kernel has no Landlock; -EPERM where a
 * filter refuses the question.
 */
int landlock_abi(void);

/** The first version under which files can be moved from one directory to another (Linux 5.19). */
#define LANDLOCK_ABI_REFER 2

/**
 * landlock_confine() - for good, this process and all that it starts (landlock(7)).
 * @abi: from landlock_abi().
 * @scoped: also the signals and abstract sockets of below.
 * @root: a descriptor of "/".
 *
 * Files: what is below "/", which is the jail with all that is mounted in it, and nothing else;
 * what is open already stays open. No process of another domain is traced. Where the kernel's ABI
 * has them (6, Linux 6.12): no abstract Unix socket of another domain is connected to, and no
 * process outside is sent a signal. Needs no_new_privs, or CAP_SYS_ADMIN. Async-signal-safe.
 *
 * Return: 0 or a negative error number.
 */
int landlock_confine(int abi, bool scoped, int root);

#endif
