/* One line a message, to stderr, syslog or a file; safe in a signal handler and after fork. */
#ifndef SHIM_SYSTEM_LOG_H
#define SHIM_SYSTEM_LOG_H

#include <stddef.h>

/** enum log_level - severities, most severe first; a line above the configured one is dropped. */
enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/** enum log_target - where lines go. */
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_FILE };

/** Longest line in bytes; the rest of a longer one is replaced by "...". */
#define LOG_LINE_SIZE 2048

/** Room for the decimal text of any long, see number_text(). */
#define NUMBER_SIZE 24

/**
 * log_configure() - choose level and target; nothing is opened yet.
 * @path: the file's absolute path for LOG_TO_FILE, kept by reference; else unused.
 */
void log_configure(enum log_level level, enum log_target target, const char *path);

/**
 * log_open() - open the file or the syslog socket, so that it stays in reach inside the jail.
 *
 * Called again, it opens a file anew that was moved away. Async-signal-safe.
 *
 * Return: 0, or a negative error number. Until then, and where the server closed the descriptor,
 * lines go to stderr.
 */
int log_open(void);

/**
 * log_line() - write one line made of strings, the last of which is NULL.
 *
 * Bytes that would break the line or a terminal are shown as "?". errno is kept.
 */
void log_line(enum log_level level, ...) __attribute__((sentinel));

/** log_complaint() - one error line, always to stderr: what stops a start is said to its caller. */
void log_complaint(const char *text);

/** error_text() - what an error number (either sign) means; a constant string. */
const char *error_text(int error);

/** error_remedy() - what helps against an error that is the same everywhere; else @otherwise. */
const char *error_remedy(int error, const char *otherwise);

/** number_text() - the decimal text of @number, in @buffer of NUMBER_SIZE bytes. */
const char *number_text(char *buffer, long number);

#endif
