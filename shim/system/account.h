/* The name of a user, by the user database of the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_ACCOUNT_H
#define SHIM_SYSTEM_ACCOUNT_H

#include <stddef.h>
#include <sys/types.h>

/** Room for any user's name: useradd(8) takes 32 bytes, a directory's entry has 255 at most. */
#define ACCOUNT_NAME_SIZE 256

/**
 * account_name() - getpwuid_r(3), past the shim's own hook. Allocates, and may load modules of NSS.
 * @ret_name: of ACCOUNT_NAME_SIZE bytes.
 *
 * A name that leads to another user id, by getpwnam_r(3), is that user's.
 *
 * Return: 0; -ENOENT if there is no such user; -EEXIST if the name in @ret_name is another user's;
 * another negative error number where the user database cannot be asked.
 */
int account_name(uid_t uid, char *ret_name);

#endif
