/* Answers one traced worker: lets its calls go on, and tells what they ask for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_ANSWER_H
#define SHIM_COMMAND_TRACE_ANSWER_H

#include <linux/seccomp.h>
#include <stdatomic.h>

/**
 * trace_answer() - in a process of its own: answer the worker behind @connection, as jail/trace.h
 * says, until it has ended with all that it started.
 * @channel: where to tell (trace_event_send()); the worker is answered also when nobody hears it.
 * @lost:    where calls are counted that cannot be read, or told for the report is too slow.
 * @sizes:   of the kernel's structures, from SECCOMP_GET_NOTIF_SIZES.
 *
 * A call goes on once it was looked for what it asks for, and that was told.
 */
void trace_answer(
        int connection, int channel, atomic_ulong *lost, const struct seccomp_notif_sizes *sizes);

#endif
