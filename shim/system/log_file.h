/* Opens the file that the log goes to, if nobody but its owner could change what it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_LOG_FILE_H
#define SHIM_SYSTEM_LOG_FILE_H

#include "system/failure.h"
#include "system/kernel.h"

#include <stdbool.h>

/** is_null_device() - is it /dev/null, under whatever name? What is written to it is lost. */
bool is_null_device(const struct file_facts *facts);

/**
 * log_file_open() - open the file at @path to append to it, and make it if it is missing.
 * @path: absolute.
 *
 * Root opens it, and workers may own what lies near it: so it must be a regular file, or /dev/null;
 * it and every directory on the way to it must be safe (system/safety.h); and it is no link. It
 * never waits, as for a reader of a FIFO. Async-signal-safe.
 *
 * Return: a descriptor, or a negative error number with @ret_failure.
 */
int log_file_open(const char *path, struct failure *ret_failure);

#endif
