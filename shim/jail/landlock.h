/* The second wall: Landlock confines a worker to what lies below its root, chroot or not. */
#ifndef SHIM_JAIL_LANDLOCK_H
#define SHIM_JAIL_LANDLOCK_H

/**
 * landlock_confine() - for good, this process and all that it starts (landlock(7)).
 *
 * Files: what is below "/", which is the jail with all that is mounted in it, and nothing else;
 * what is open already stays open. Where the kernel's ABI has them (6, Linux 6.12): no abstract
 * Unix socket of another domain is connected to, and no process outside is sent a signal. Needs
 * no_new_privs, or CAP_SYS_ADMIN. Async-signal-safe.
 *
 * Return: the ABI that was used; -EOPNOTSUPP or -ENOSYS where the kernel has no Landlock; another
 * negative error number.
 */
int landlock_confine(void);

/** landlock_abi() - the version that the kernel offers. Return: at least 1, or as above. */
int landlock_abi(void);

#endif
