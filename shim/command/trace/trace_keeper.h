/* The process that traced workers call, and which gives each of them one that answers it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_KEEPER_H
#define SHIM_COMMAND_TRACE_KEEPER_H

#include <stdatomic.h>
#include <sys/types.h>

/** In bytes: what is told, and not heard yet. Some hundred each. */
#define TRACE_CHANNEL_ROOM (16 << 20)

/**
 * trace_keeper_start() - start it.
 * @socket: listening, where workers call (jail/trace.h); the keeper's from now on.
 * @path:   of it, which the keeper removes when nobody reports any more.
 * @directory: to be removed with it; or NULL.
 * @lost:   in memory that is shared with children: counts what could not be told (trace_answer()).
 *
 * Each worker has a process of its own, that answers it (command/trace/trace_answer.h): it waits
 * for no other worker, and not for the one that reports. These processes hear no signal but
 * SIGKILL, and live on when the reporting one has ended, or hangs, until their worker has ended:
 * without them its calls would fail. Should one be killed, the kernel kills its worker.
 *
 * The keeper is a child that wait(2) finds with __WCLONE only.
 *
 * Return: a socket, over which they tell what they see (trace_event_receive()); or a negative error
 * number.
 */
int trace_keeper_start(
        int socket, const char *path, const char *directory, atomic_ulong *lost, pid_t *ret_pid);

#endif
