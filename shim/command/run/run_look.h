/* What is seen of everything that a command has started: who serves, and who is in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_RUN_LOOK_H
#define SHIM_COMMAND_RUN_LOOK_H

#include "command/run/offspring.h"
#include "supply/plan.h"

/** enum run_look - what was seen; the worst last. */
enum run_look {
        /** Nothing serves yet. */
        RUN_NOTHING,
        /** There are workers, and all are jailed. */
        RUN_JAILED,
        /** Not yet, or the caller may not see it; it may come. */
        RUN_UNSURE,
        RUN_UNJAILED,
        /** Nothing is left of it. */
        RUN_GONE,
};

/**
 * run_look() - look once at everything that this process has started.
 * @plan:    of the settings: the server is that of the pidfile, if one is configured.
 * @ret_why: the same in words, where it is not RUN_JAILED; from malloc().
 */
enum run_look run_look(const struct plan *plan, char **ret_why);

/**
 * run_serving() - those of @all that serve, and whose ancestors do not: masters.
 * @ret_pids: room for as many as there are in @all.
 *
 * Return: their number.
 */
size_t run_serving(const struct offspring *all, pid_t *ret_pids);

#endif
