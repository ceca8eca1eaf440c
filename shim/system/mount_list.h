/* Finds a mount by its number, in the list that the kernel gives of a namespace. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_MOUNT_LIST_H
#define SHIM_SYSTEM_MOUNT_LIST_H

#include <stdint.h>

/**
 * mount_list_open() - open the root of the mount of that number in this process's mount namespace.
 * @proc: a descriptor of this process's own directory in /proc.
 *
 * Follows no symbolic link. Whoever can rename what leads to it can put something else in the way:
 * ask what was opened by kernel_mount_of(). Async-signal-safe.
 *
 * Return: an O_PATH descriptor; -ENOENT if there is no such mount; -ESTALE if there is one, and
 * what leads to it cannot be opened (as a path that has become too long); another negative error
 * number.
 */
int mount_list_open(int proc, uint64_t number);

#endif
