/* Tells whether httpd's scoreboard exists, in each of the forms that APR gives it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_SCOREBOARD_H
#define SHIM_PROCESS_SCOREBOARD_H

#include <stdbool.h>
#include <stddef.h>

/** Room for the path of POSIX shared memory, see scoreboard_memory_path(). */
#define SCOREBOARD_PATH_SIZE 64

/**
 * scoreboard_exists() - is there a scoreboard of this name (`ScoreBoardFile`)?
 *
 * Where APR uses POSIX shared memory, as on Debian, it makes no file of that name but one in
 * /dev/shm. Any error but "no such file" counts as there. Async-signal-safe.
 */
bool scoreboard_exists(const char *path);

/**
 * scoreboard_memory_path() - the file in /dev/shm that stands for @path: two hashes of the name,
 * as apr_shm_create() has it (APR 1.x, shmem/unix/shm.c).
 *
 * Return: @buffer, of SCOREBOARD_PATH_SIZE bytes.
 */
const char *scoreboard_memory_path(const char *path, char *buffer);

#endif
