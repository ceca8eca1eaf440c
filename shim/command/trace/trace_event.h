/* What the process that answers traced workers tells the one that reports. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_EVENT_H
#define SHIM_COMMAND_TRACE_EVENT_H

#include "jail/traced_calls.h"
#include "system/kernel.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/** enum trace_event_what - what has happened. */
enum trace_event_what {
        /** A worker is traced from now on. */
        TRACE_EVENT_BEGIN,
        /** A path was asked for. */
        TRACE_EVENT_CALL,
};

/** enum trace_place - where what was asked for is. */
enum trace_place {
        /** In the jail. */
        TRACE_INSIDE,
        /** Not in the jail, but outside: what a report is about. */
        TRACE_OUTSIDE,
        /** Neither here nor there. */
        TRACE_NOWHERE,
        /** Nobody can say: it begins at what is no directory of the jail. */
        TRACE_UNKNOWN,
};

/** Room for the name of a program; a longer one is cut. */
#define TRACE_PROGRAM_SIZE 64

/**
 * struct trace_event - one message.
 *
 * @task:     the thread that made the call; or the worker.
 * @place:    as it was when the task asked.
 * @root:     its root directory.
 * @creates:  it makes the file if it is not there.
 * @program:  the name of the file that the task runs.
 * @path:     as the kernel was given it; absolute once it was looked for (trace_look()).
 *
 * The program and the path come from the task, which may write what it likes.
 */
struct trace_event {
        enum trace_event_what what;
        pid_t task;
        enum trace_place place;
        struct identity root;
        enum traced_kind kind;
        bool creates;
        char program[TRACE_PROGRAM_SIZE];
        char path[PATH_MAX];
};

/** trace_event_send() - over a socket of SOCK_SEQPACKET; never waits. Return: was it sent? */
bool trace_event_send(int socket, const struct trace_event *event);

/**
 * trace_event_receive() - the next one; waits for it.
 *
 * Return: 1; 0 if nobody is there to send one any more; -1 if a signal came first.
 */
int trace_event_receive(int socket, struct trace_event *ret_event);

#endif
