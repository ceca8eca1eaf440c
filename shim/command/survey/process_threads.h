/* The threads of a process, each of which may have a root of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PROCESS_THREADS_H
#define SHIM_COMMAND_PROCESS_THREADS_H

#include "command/survey/process_record.h"

/**
 * process_open_thread() - take hold of a thread that lives: the first, or another one where that
 * has ended before them. Its directory has what that of the process (process_open()) has.
 *
 * Return: a descriptor; -ESRCH if there is none.
 */
int process_open_thread(int process);

/**
 * process_each_thread() - tell each thread that lives: its number, and its directory.
 *
 * Return: 0; what @found returned, if that is not 0, which ends it; a negative error number if they
 * may not be seen.
 */
int process_each_thread(
        int process, int (*found)(void *context, pid_t thread, int directory), void *context);

#endif
