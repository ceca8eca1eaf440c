/* Reaches the directory of one path after another, over no link. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_RESIDUE_REACH_H
#define SHIM_SUPPLY_RESIDUE_REACH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct reach - the directory that was reached last, which the next path may well share.
 *
 * @root:    where paths begin.
 * @fd:      an O_PATH descriptor of the directory; or why it could not be reached, a negative error
 *           number.
 * @mounted: something is mounted on the way, which may hide what is meant.
 * @length:  of the directory's path, which @path begins with; beyond any if there is none yet.
 */
struct reach {
        int root;
        int fd;
        bool mounted;
        size_t length;
        char path[PATH_MAX];
};

/** reach_begin() - begin at @root, and reach_end(). Async-signal-safe, as all here are. */
void reach_begin(struct reach *reach, int root);
void reach_end(struct reach *reach);

/**
 * reach_directory() - reach the directory that holds @path.
 * @path:     absolute, tidy, shorter than PATH_MAX.
 * @ret_name: its last component.
 *
 * Return: reach->fd: a descriptor that is not to be closed; -ENOTDIR if there is a link or a file
 * on the way; another negative error number.
 */
int reach_directory(struct reach *reach, const char *path, const char **ret_name);

#endif
