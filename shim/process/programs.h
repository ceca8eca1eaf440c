/* What the programs get that a process starts: a helper, the server's own next version, others. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_PROGRAMS_H
#define SHIM_PROCESS_PROGRAMS_H

#include "view/environment.h"

#include <stdbool.h>

/**
 * programs_refuse() - the process is about to execute @path (NULL: not known); errno is kept.
 * @spawns: in a child that no hook sees, by posix_spawn(3).
 *
 * Refused is the server's next version where the loader gives it no shim: set-id, with capabilities
 * of its own, or with real and effective ids that differ (AT_SECURE of getauxval(3); squid starts
 * its worker so). It would serve unjailed, and nobody would know. A process that holds a client
 * under `master_accepts`, or that has called chroot() by itself, is jailed first; where it cannot
 * be, since its memory is its parent's (vfork(2)) or it is not there yet, that is refused.
 *
 * Return: true if it must not be started; that is in the log.
 */
bool programs_refuse(const char *path, bool spawns);

/**
 * programs_edit() - what becomes of the environment of the program @path (NULL: not known).
 *
 * What is started by a process that is no server may be the server. Async-signal-safe.
 *
 * Return: false if it stays as it is.
 */
bool programs_edit(const char *path, struct environment_edit *ret_edit);

#endif
