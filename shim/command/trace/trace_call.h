/* Reads a call that the kernel reports: its path, where it begins, and whose call it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_CALL_H
#define SHIM_COMMAND_TRACE_CALL_H

#include "command/trace/trace_event.h"

#include <linux/seccomp.h>

/**
 * trace_call_read() - while the task waits: read what it asks for.
 *
 * Allocates nothing, and opens nothing but what is in /proc. What @ret_event holds is to be closed,
 * see trace_call_close(). What was read counts only if the kernel says afterwards that the task
 * still waits (SECCOMP_IOCTL_NOTIF_ID_VALID): another one may have its number by then.
 *
 * Return: false if the call has no path.
 */
bool trace_call_read(const struct seccomp_notif *notification, struct trace_event *ret_event);

/** trace_call_close() - close the descriptors of an event. */
void trace_call_close(struct trace_event *event);

#endif
