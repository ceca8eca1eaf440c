/* The state of this process as this room writes it; hooks look at it by this_process(). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_SELF_H
#define SHIM_PROCESS_SELF_H

#include "process/process.h"

static struct process *const self __attribute__((unused)) = &process_state;

/** self_stop() - end: a problem that stops a start is told on stderr, where its caller looks. */
void self_stop(const struct failure *failure) __attribute__((noreturn));

/** self_refuse() - end a process that would run or serve where it must not. */
void self_refuse(const char *reason, const char *remedy) __attribute__((noreturn));

/**
 * self_settle() - before the entry, where each user has a jail: make it that of the user @uid.
 *
 * Who is refused is ended. Async-signal-safe, but where the process itself is the server.
 */
void self_settle(uid_t uid);

/** self_end_user() - end this process of one user, and no other: @text is why, from
 * failure_text(). */
void self_end_user(const char *text) __attribute__((noreturn));

/** self_settle_all() - the same for a whole server that is no root, and so has one user. Allocates.
 * Return: 0, or a negative error number with @ret_failure. */
int self_settle_all(struct failure *ret_failure);

/** self_settle_chroot() - the server's own chroot() before: does it lead below the jail? */
void self_settle_chroot(void);

/** self_configure_log() - lines go where the settings say; to stderr, if each user has a log. */
void self_configure_log(void);

/** self_owns_memory() - is all this the process's own? In a vfork() child it is its parent's. */
bool self_owns_memory(void);

/** self_prepare() - what a server needs before its first worker (readiness.h), or its end. */
void self_prepare(void);

/** self_check_dropped() - if root was given up before it serves, can a worker still be jailed? */
void self_check_dropped(void);

/** self_is_armed() - is it in the pidfile, or what stands for it? Once armed, armed. */
bool self_is_armed(void);

/** self_is_in_pidfile() - does the pidfile hold its pid, written since this program started? */
bool self_is_in_pidfile(void);

/**
 * self_is_new_master() - does the pidfile name this pending child, which became a daemon?
 *
 * Then it is watching again.
 */
bool self_is_new_master(void);

/** self_look_early() - root may be gone by now: is this child early, by role_is_early()? */
void self_look_early(void);

/**
 * self_is_late_worker() - does the pidfile name the parent of this early child by now?
 *
 * Then it is pending.
 */
bool self_is_late_worker(void);

#endif
