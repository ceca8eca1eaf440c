/* Why something could not be done: the one form in which failures travel, and how one reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_FAILURE_H
#define SHIM_SYSTEM_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct failure - what went wrong, where, and how to mend it.
 *
 * Begin with all zero. Its parts are put side by side when it is told, and are never taken apart
 * again. Those that are pointers live as long as the settings. Everything here is
 * async-signal-safe, and a failure can be sent through a pipe to a process that this one forked.
 *
 * @setting:  the key that it is about, or NULL.
 * @service:  the service (of the key `services`) that it is about, or NULL.
 * @file:     the file in which the setting stands, or NULL: see settings_locate().
 * @line:     its line there.
 * @variable: the variable that holds the setting instead, or NULL.
 * @jail:     the jail that could not be entered, or NULL.
 * @path:     what it is about; empty if the rest tells. A longer one loses its middle.
 * @reason:   what was found or tried; empty if @error tells it. One that begins with "it" is about
 *            the path, or the setting: "it is full" reads "/a is full".
 * @error:    the negative error number that a system call gave; 0 if none failed.
 * @remedy:   what the administrator can do.
 * @planted:  another user than root could have brought it about, and so could a worker: it must not
 *            keep the server from its start.
 */
struct failure {
        const char *setting;
        const char *service;
        const char *file;
        unsigned line;
        const char *variable;
        const char *jail;
        int error;
        char path[512];
        char reason[512];
        char remedy[768];
        bool planted;
};

/**
 * failure_set() - fill in a failure, all of it.
 * @error:  a negative error number, or 0.
 * @path, @reason, @remedy: any of them may be NULL.
 *
 * Where the error itself tells what helps, as with too many open files, that takes the place of
 * @remedy. For -ENOSYS, which a filter of system calls may have made, no remedy is best: what is
 * said then is about that.
 *
 * Return: @error, or -EINVAL where that is 0, for the caller to return.
 */
int failure_set(struct failure *ret_failure, int error, const char *path, const char *reason,
        const char *remedy);

/** failure_reason() - say the reason as text_format() does. */
void failure_reason(struct failure *failure, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/** failure_remedy() - say the remedy likewise; kept if the error itself has told what helps. */
void failure_remedy(struct failure *failure, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/**
 * failure_plant() - mark the failure as planted, if it is about something @foreign: which another
 * user than root can change. Not where the machine is short of something, or fails.
 */
void failure_plant(struct failure *failure, bool foreign);

/** Room for any failure's text, see failure_text(). */
#define FAILURE_TEXT_SIZE 3072

/**
 * failure_text() - the failure as one line:
 * "jail JAIL: FILE:LINE: SETTING: SERVICE: PATH: REASON: ERROR: REMEDY", without what is empty; in
 * the place of file, line and setting it may have the variable.
 * @buffer: of @size bytes.
 *
 * Return: @buffer.
 */
const char *failure_text(const struct failure *failure, char *buffer, size_t size);

/** error_text() - what an error number (either sign) means; a constant string. */
const char *error_text(int error);

#endif
