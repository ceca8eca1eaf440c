/* Finds, or makes, the place of a path where other users than root may own directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PLACE_H
#define SHIM_SUPPLY_PLACE_H

#include "supply/manifest_file.h"

#include <limits.h>

/*
 * A path is walked component by component, each step from the descriptor of the step before. A
 * symbolic link is followed only if root owns it, and nobody but root can write to its directory or
 * put another one in that directory's place: /lib of a usual system, /etc/localtime. Of any other
 * link nobody knows whether it is meant, or planted to lead where its maker may not go himself.
 *
 * A failure that another user could have brought about is marked as planted (system/failure.h).
 */

/**
 * struct place - where a path ends up.
 *
 * @directory: descriptor of the directory that holds it, perhaps O_PATH; the caller closes it.
 * @name:      its last component; refers to @path.
 * @manifest:  where what is made is noted; the caller's.
 * @foreign:   another user than root could change what is found there; outside: than root, or the
 *             caller. In the jail, workers are perhaps the same user as the caller.
 * @path:      the path without symbolic links, from the root of the walk.
 */
struct place {
        int directory;
        int manifest;
        const char *name;
        bool foreign;
        /* With room to see that the text of a link is too long. */
        char path[PATH_MAX + 1];
};

/**
 * place_find() - find the directory of @path in the jail, and make those that are missing.
 * @root:     a descriptor of the jail.
 * @manifest: of manifest_open(), or none: what is made is noted there. While somebody else has it,
 *            nothing is made that could not be noted: it is -EBUSY then, with its @ret_failure.
 * @path:     absolute, tidy.
 *
 * What is made belongs to root, has mode 755, and is named in the log at level info.
 * Async-signal-safe.
 *
 * Return: 0, or a negative error number with @ret_failure; then nothing is to be closed.
 */
int place_find(int root, int manifest, const char *path, struct place *ret_place,
        struct failure *ret_failure);

/**
 * place_trace() - the path without links, in ret_place->path, that place_find() would come to; what
 * is missing is not made. Nothing is open afterwards. Async-signal-safe.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int place_trace(int root, const char *path, struct place *ret_place, struct failure *ret_failure);

/**
 * place_open() - open what @path is outside, its last component followed as the others are.
 * @path:     absolute, tidy; from the process's "/".
 * @optional: it may be absent: then @ret_failure is not always set.
 * @ret_link: the link that stands at @path itself; all zero if there is none. May be NULL.
 *
 * Makes nothing. Async-signal-safe.
 *
 * Return: an O_PATH descriptor, or a negative error number with @ret_failure.
 */
int place_open(
        const char *path, bool optional, struct identity *ret_link, struct failure *ret_failure);

/**
 * place_visit() - as place_open(), and tell each step of the way before it is made: the directory,
 * an O_PATH descriptor, and the name that is looked up in it.
 *
 * The last step told is the first that leads nowhere, if one does.
 */
int place_visit(const char *path, void (*visit)(void *context, int directory, const char *name),
        void *context, struct failure *ret_failure);

/**
 * place_is_foreign() - could another user than root (or than the caller) change what @path is
 * outside? Async-signal-safe.
 *
 * Return: 1 or 0; a negative error number, with @ret_failure, where it cannot be found out.
 */
int place_is_foreign(const char *path, struct failure *ret_failure);

/**
 * place_make_directory() - make the directory @name, of root and @group, or open what is there.
 * @note: where it is to be noted; its path ends in @name.
 *
 * Return: a descriptor; -ENOTDIR or -ELOOP if it is no directory; another negative error number.
 */
int place_make_directory(
        const struct manifest_note *note, int parent, const char *name, gid_t group, mode_t mode);

/**
 * place_make_target() - open what is at the place; make an empty file or directory if need be.
 *
 * Return: an O_PATH descriptor; -ELOOP if it is a symbolic link; -ENOTDIR or -EISDIR if it is not
 * of the wanted kind; another negative error number.
 */
int place_make_target(const struct place *place, bool directory);

/**
 * place_make_link() - make a symbolic link of that text at the place, where nothing must be.
 *
 * Named in the log at level info. Return: 0, or a negative error number.
 */
int place_make_link(const struct place *place, const char *text);

/** place_others_write() - may another user than root, or than @who, write to it? */
bool place_others_write(const struct file_facts *facts, uid_t who);

#endif
