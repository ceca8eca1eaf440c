/* Lock files that the master made outside: each worker gets an open file of its own on them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_LOCK_FILES_H
#define SHIM_SUPPLY_LOCK_FILES_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A flock(2) lock belongs to an open file, so a mutex between workers needs a new open in each of
 * them. httpd's module mutexes (Mutex flock:, ap_mutex.h) reopen their file by name after the
 * privileges were dropped, when it is out of reach. So the files that the master made with
 * O_CREAT|O_EXCL are remembered, opened anew at the entry, and handed out when the worker opens
 * that name.
 *
 * Not only locks are made so: mod_md's store of keys is, which is root's alone. A worker can use an
 * open file by its number, whoever asked for it. So it gets no other than those that its own user
 * and groups could have opened, in the same way.
 */

/** Most files that are remembered at a time; the oldest is dropped for another. */
#define LOCK_FILES_LIMIT 64

/** lock_files_remember() - the file at @path was made by open(@path, @flags), which gave @fd. */
void lock_files_remember(const char *path, int flags, int fd);

/** lock_files_forget() - @path was removed, renamed, or reopened while in reach. */
void lock_files_forget(const char *path);

/** lock_files_expect() - the worker is about to become @next; its groups are set already. */
void lock_files_expect(uid_t next);

/**
 * lock_files_carry() - open what is remembered, before the root changes, by the rights of who is
 * expected, else of who the worker is. Async-signal-safe.
 */
void lock_files_carry(void);

/**
 * lock_files_review() - the worker may have become another user: nobody is expected any more, and
 * what was opened by another's rights stays only where this one could open it. Async-signal-safe.
 */
void lock_files_review(void);

/**
 * lock_files_hand_out() - the descriptor that stands for open(@path, @flags), in a worker.
 *
 * Given once for each file, to a caller that the file's mode allows it. Async-signal-safe.
 *
 * Return: the caller's own descriptor, or -ENOENT if the kernel should be asked.
 */
int lock_files_hand_out(const char *path, int flags);

/** Files that are carried and not handed out yet: zero spares each open() the look-up. */
extern unsigned lock_files_carried __attribute__((visibility("hidden")));

#endif
