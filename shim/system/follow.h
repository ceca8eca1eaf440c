/* Finds what a path leads to below a root, as a process in it would; each step of it is judged. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_FOLLOW_H
#define SHIM_SYSTEM_FOLLOW_H

#include "system/failure.h"

/**
 * follow() - open (O_PATH) what @path leads to for a process whose "/" is @root.
 * @root:   a descriptor of a directory.
 * @before: what failures have in front of a path: @root's own path, or "" if it is "/".
 * @path:   any path; it begins at @root.
 *
 * Symbolic links and ".." never lead out of @root. Each directory that is passed on the way must be
 * safe (system/safety.h); @root and the end of the way are for the caller to judge.
 *
 * openat2(2) with RESOLVE_IN_ROOT finds the same, but systemd's RestrictSUIDSGID=, valgrind and
 * qemu answer it with ENOSYS, and it judges nothing. Async-signal-safe.
 *
 * Return: a descriptor, or a negative error number with @ret_failure.
 */
int follow(int root, const char *before, const char *path, struct failure *ret_failure);

struct safety_observer;

/** follow_seen() - the same; @observer, if there is one, is told of each step (system/safety.h). */
int follow_seen(int root, const char *before, const char *path,
        const struct safety_observer *observer, struct failure *ret_failure);

#endif
