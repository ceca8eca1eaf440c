/* Reads a call that the kernel reports: its path, where it begins, and whose call it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_CALL_H
#define SHIM_COMMAND_TRACE_CALL_H

#include "command/trace/trace_event.h"

#include <linux/seccomp.h>

/** struct trace_base - where paths of a task begin: O_PATH descriptors; -1 if there is none. */
struct trace_base {
        /** For an absolute one. */
        int root;
        /** For a relative one; -1 if this call has an absolute one. */
        int directory;
};

/** TRACE_BASE_NONE - one that needs no close. */
#define TRACE_BASE_NONE                                                                            \
        {                                                                                          \
                -1, -1                                                                             \
        }

/**
 * trace_call_read() - while the task waits: read what it asks for.
 *
 * Allocates nothing, and opens nothing but what is in /proc. @ret_base is to be closed by
 * trace_base_close(). What was read counts only if the kernel says afterwards that the task
 * still waits (SECCOMP_IOCTL_NOTIF_ID_VALID): another one may have its number by then.
 *
 * Return: 1; 0 if the call has no path; a negative error number if this process may not read it.
 */
int trace_call_read(const struct seccomp_notif *notification, struct trace_event *ret_event,
        struct trace_base *ret_base);

/** trace_base_close() - close its descriptors. */
void trace_base_close(struct trace_base *base);

#endif
