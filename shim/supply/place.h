/* Finds, or makes, the place of a path in the jail, where workers may own directories. */
#ifndef SHIM_SUPPLY_PLACE_H
#define SHIM_SUPPLY_PLACE_H

#include "system/failure.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct place - where a path of the jail ends up.
 *
 * @directory: descriptor of the directory that holds it, perhaps O_PATH; the caller closes it.
 * @name:      its last component; refers to @path.
 * @path:      the path without symbolic links, from the jail's root.
 */
struct place {
        int directory;
        const char *name;
        char path[PATH_MAX];
};

/**
 * place_find() - find the directory of @path, and make those that are missing.
 * @root: a descriptor of the jail.
 * @path: absolute, tidy.
 *
 * Every step is made from the descriptor of the step before, and none follows a symbolic link,
 * except one that root made in a directory that only root can write to: /lib of a usual system.
 * What is made belongs to root, has mode 755, and is named in the log at level info.
 * Async-signal-safe.
 *
 * Return: 0, or a negative error number with @ret_failure; then nothing is to be closed.
 */
int place_find(int root, const char *path, struct place *ret_place, struct failure *ret_failure);

/**
 * place_make_directory() - make the directory @name, of root and @group, or open what is there.
 *
 * Return: a descriptor; -ENOTDIR or -ELOOP if it is no directory; another negative error number.
 */
int place_make_directory(int parent, const char *name, gid_t group, mode_t mode);

/**
 * place_make_target() - open what is at the place; make an empty file or directory if need be.
 *
 * Return: an O_PATH descriptor; -ELOOP if it is a symbolic link; -ENOTDIR or -EISDIR if it is not
 * of the wanted kind; another negative error number.
 */
int place_make_target(const struct place *place, bool directory);

#endif
