/* Starts a server, waits until its workers serve in the jail, and stops it if they do not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_RUN_WAIT_H
#define SHIM_COMMAND_RUN_WAIT_H

#include "command/run/launch.h"

/**
 * run_wait() - start @words, and wait.
 * @seconds: how long at most.
 *
 * Who is jailed is the kernel's own word (command/survey/survey.h). The server is the process of
 * the pidfile, if one is configured; else whatever serves of what was started. All must have been
 * seen jailed twice in a row, with at least one worker. Else everything that was started is ended:
 * the server by SIGTERM, and after some seconds what is left by SIGKILL. So it is where this
 * process is asked to end while it waits.
 *
 * A server in the foreground goes on behind this process, which does not wait for its end.
 *
 * Return: 0; the exit status of the command if it fails, 128 and the signal's number if it dies of
 * one; STATUS_FAILED where the server was stopped, told on stderr.
 */
int run_wait(struct launch *launch, char *const *words, unsigned seconds);

#endif
