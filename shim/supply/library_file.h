/* The file of a library: found, opened as it will be copied, and nobody else's to change. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_LIBRARY_FILE_H
#define SHIM_SUPPLY_LIBRARY_FILE_H

#include "system/failure.h"
#include "system/kernel.h"

#include <stdbool.h>

/**
 * library_file_path() - take ".." out of @path, which is how the jail has it: each name before one
 * is a directory there.
 * @identity: of the file at @path. Where a directory outside is a link, and the path so means
 * another file, the real one is taken.
 *
 * Return: from malloc(); NULL if there is no memory, or no such file.
 */
char *library_file_path(const char *path, const struct identity *identity);

/**
 * library_file_open() - open it as it will be copied, over no link of another user's.
 * @ret_planted: set, with @ret_failure, if there is such a link; else left as it is.
 *
 * Return: a descriptor; -ENOENT if it is not there, or must not be read: the loader goes on then.
 * It would with any error; but a disk that fails is no reason to take another library, and gives
 * another negative error number.
 */
int library_file_open(const char *path, struct failure *ret_failure, bool *ret_planted);

/**
 * library_file_trusts() - what names files that root then brings into the jail must be nobody
 * else's to change: a program, and each library.
 * @fd: what @path is.
 *
 * Return: 0; -EPERM or another negative error number, with @ret_failure.
 */
int library_file_trusts(const char *path, int fd, struct failure *ret_failure);

#endif
