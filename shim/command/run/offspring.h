/* All that this process has started, also by daemons that have lost their parents; and its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_OFFSPRING_H
#define SHIM_COMMAND_OFFSPRING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** struct offspring - pids, in their order; begin with all zero. */
struct offspring {
        pid_t *pid;
        size_t count;
};

/** offspring_adopt() - from now on, what loses its parent stays this process's (subreaper). */
void offspring_adopt(void);

/** offspring_list() - all that descends from this process and runs. */
void offspring_list(struct offspring *ret_offspring);

/** offspring_has() - is it one of them? */
bool offspring_has(const struct offspring *offspring, pid_t pid);

/** offspring_signal() - send a signal to one of them, if it still is one. */
void offspring_signal(pid_t pid, int signal);

/** How long offspring_end() tries, in milliseconds: one that hangs in the kernel does not end. */
#define OFFSPRING_END_LIMIT 10000

/** offspring_end() - kill all of them, also those that are started meanwhile. Return: is nothing
 * left? */
bool offspring_end(void);

/**
 * offspring_collect() - take leave of those that have ended.
 * @pid:        whose end is of interest.
 * @ret_status: its wait(2) status, if it has ended; else it stays.
 *
 * Return: has @pid ended, now?
 */
bool offspring_collect(pid_t pid, int *ret_status);

/** offspring_release() - free the list. */
void offspring_release(struct offspring *offspring);

#endif
