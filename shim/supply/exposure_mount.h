/* Detached mounts of what is exposed, confined before anybody can reach them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_EXPOSURE_MOUNT_H
#define SHIM_SUPPLY_EXPOSURE_MOUNT_H

#include "supply/plan.h"

/** What to do where the kernel says no. */
extern const char namespace_kernel_refuses[];

/** exposure_is_made() - is it a file that is made, and not mounted as it is? */
bool exposure_is_made(const struct exposure *exposure);

/**
 * exposure_mount() - mount what @held holds, detached, with all that is mounted below it.
 *
 * Read-only unless writable, without devices unless it is one, without set-id bits under
 * no_new_privs; flags that a mount has outside stay. Private, or under `slave` a slave of what it
 * is outside. Async-signal-safe.
 *
 * Return: the mount's descriptor, or a negative error number with @ret_failure.
 */
int exposure_mount(const struct settings *settings, const struct exposure *exposure, int held,
        struct failure *ret_failure);

#endif
