/* The server that is traced: its start, its end, and where its workers call. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_SERVER_H
#define SHIM_COMMAND_TRACE_SERVER_H

#include "system/failure.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct trace_server - begin with all zero.
 *
 * @path:    of the socket where its workers call. Allocated.
 * @directory: that was made for it; NULL if none. Allocated.
 * @lost:    as trace_keeper_start() counts it; in memory that is shared with the keeper.
 * @command: what was started; 0 if nothing was, or if it has ended.
 * @status:  of its end, as wait(2) has it.
 * @started: was something started at all?
 */
struct trace_server {
        char *path;
        char *directory;
        pid_t keeper;
        atomic_ulong *lost;
        pid_t command;
        int status;
        bool started;
};

/**
 * trace_server_prepare() - make the socket, and start the process that answers.
 * @path: of the socket; NULL: in a new directory that only this user can enter.
 *
 * Return: as trace_keeper_start(), with @ret_failure.
 */
int trace_server_prepare(
        struct trace_server *server, const char *path, struct failure *ret_failure);

/**
 * trace_server_start() - start it as chrootshim run does, with CHROOTSHIM_TRACE.
 * @output: what it has as standard output.
 *
 * A server that becomes a daemon is a child of this process then (PR_SET_CHILD_SUBREAPER).
 */
int trace_server_start(
        struct trace_server *server, char *const *command, int output, struct failure *ret_failure);

/**
 * trace_server_has_ended() - has all that was started ended, daemons included? Takes leave of
 * children.
 */
bool trace_server_has_ended(struct trace_server *server);

/**
 * trace_server_leave() - the trace has ended. A command that still runs, a server in the
 * foreground, is ended with SIGTERM; one that became a daemon goes on.
 *
 * Return: what is wrong with the exit status of the command itself; 0 if nothing.
 */
int trace_server_leave(struct trace_server *server);

#endif
