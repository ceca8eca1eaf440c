/* Before a server is started under the shim: all that can be known of it, and its environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_LAUNCH_H
#define SHIM_COMMAND_LAUNCH_H

#include "command/run/destination.h"
#include "supply/plan.h"

/**
 * struct launch - what is to be started; begin with LAUNCH_NONE.
 *
 * @library:     as LD_PRELOAD is to name it; NULL for the one of this command.
 * @plan:        the settings and the jail, as the server will find them.
 * @destination: the server itself, as far as it could be followed.
 */
struct launch {
        char *library;
        struct plan plan;
        struct destination destination;
};

#define LAUNCH_NONE                                                                                \
        {                                                                                          \
                .plan = PLAN_NONE                                                                  \
        }

/**
 * launch_prepare() - could these @words be started, with their workers in the jail?
 *
 * If so, this process's environment is from then on the one to start them with: the settings are
 * there already (command/options.h), LD_PRELOAD is added.
 *
 * Return: 0; a negative error number with @ret_failure: nothing is to be started.
 */
int launch_prepare(struct launch *launch, char *const *words, struct failure *ret_failure);

/** launch_execute() - become the program of these @words; where that fails, it is told, and the
 * process ends with STATUS_CONFIG. */
void launch_execute(char *const *words) __attribute__((noreturn));

#endif
