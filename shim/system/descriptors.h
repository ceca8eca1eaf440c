/* The open file descriptors of this process: a walk over them, and a place out of the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_DESCRIPTORS_H
#define SHIM_SYSTEM_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

/** Descriptors below this number are asked for one by one, where /proc does not list them. */
#define DESCRIPTORS_TRIED 1024

/** descriptors_any() - is there an open descriptor for which @holds is true? Async-signal-safe. */
bool descriptors_any(bool (*holds)(int fd));

/** descriptors_any_of_one_thread() - the same, and cheaper, where no other thread opens one: at a
 * program's start. */
bool descriptors_any_of_one_thread(bool (*holds)(int fd));

/** descriptor_number() - the number that a name in /proc/self/fd is; -1 for ".", "..". */
int descriptor_number(const char *name);

/** descriptors_limit() - one more than the highest number that may be open: RLIMIT_NOFILE. */
long descriptors_limit(void);

/**
 * descriptors_close() - close all but @kept, which is put in order; those below 0 count for
 * nothing.
 */
void descriptors_close(int *kept, size_t count);

/** What descriptor_raise() begins at. */
#define RAISED_LOWEST 200

/**
 * descriptor_raise() - move a descriptor of the shim's own to a high number, closed by exec.
 *
 * Servers expect their own at low numbers. Return: the new number; @fd where none was free.
 */
int descriptor_raise(int fd);

#endif
