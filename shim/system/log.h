/* One line a message, to stderr, syslog or a file; safe in a signal handler and after fork. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_LOG_H
#define SHIM_SYSTEM_LOG_H

#include "system/failure.h"

#include <stddef.h>

/** enum log_level - severities, most severe first; a line above the configured one is dropped. */
enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/** enum log_target - where lines go. */
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_FILE };

/** Longest line in bytes; the rest of a longer one is replaced by "...". */
#define LOG_LINE_SIZE 2048

/** Most strings that log_line() takes. */
#define LOG_PARTS 16

/** The words for them in the settings, in the order of their enums; the last is NULL. */
extern const char *const log_levels[];
extern const char *const log_targets[];

/**
 * log_configure() - choose level and target; nothing is opened yet.
 * @path: the file's absolute path for LOG_TO_FILE, kept by reference; else unused.
 */
void log_configure(enum log_level level, enum log_target target, const char *path);

/**
 * log_open() - open the file or the syslog socket, so that it stays in reach inside the jail.
 *
 * Until then, and where the server closed the descriptor, lines go to stderr. Async-signal-safe.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int log_open(struct failure *ret_failure);

/**
 * log_reopen() - open a file anew that was moved away. If that fails, the old one is kept, and one
 * line says why. Async-signal-safe.
 */
void log_reopen(void);

/** log_descriptor() - the one that it holds for the file or the socket; -1 if it has none. */
int log_descriptor(void);

/**
 * log_leave() - this process is a worker, who is not to be able to truncate the log: its copy of
 * the file is closed, and its later lines go to stderr. The connection to syslog stays.
 */
void log_leave(void);

/**
 * log_line() - write one line made of strings, the last of which is NULL.
 *
 * Bytes that would break the line or a terminal are shown as "?". errno is kept. Where stderr is no
 * log (it is closed, /dev/null, or the connection of a network peer, who is told nothing), the line
 * goes to /dev/log if that is there.
 */
void log_line(enum log_level level, ...) __attribute__((sentinel));

/** log_failure() - one line that begins with @before and tells the failure. */
void log_failure(enum log_level level, const char *before, const struct failure *failure);

/**
 * log_stop() - one error line, always to stderr, or to /dev/log as by log_line(): what stops a
 * start is said to its caller.
 */
void log_stop(const struct failure *failure);

#endif
