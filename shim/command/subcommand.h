/* A subcommand of chrootshim: its name, its options, and what it does. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SUBCOMMAND_H
#define SHIM_COMMAND_SUBCOMMAND_H

#include "command/options.h"

/** Exit statuses that mean the same in every subcommand (sysexits(3)). */
#define STATUS_USAGE 64
#define STATUS_FAILED 70
#define STATUS_CONFIG 78

/**
 * struct subcommand - one of them.
 *
 * @arguments: what may follow its options, as the usage shows it: "[-- COMMAND...]"; or NULL.
 * @summary:   what it does, in one line without a full stop.
 * @options:   its own ones, the last with no name; those of the settings come besides.
 * @run:       does it. @options has read nothing yet. Return: the exit status.
 */
struct subcommand {
        const char *name;
        const char *arguments;
        const char *summary;
        const struct command_option *options;
        int (*run)(struct options *options);
};

/**
 * SUBCOMMANDS() - THE table: each has a file command/NAME/NAME.c, which
 * defines subcommand_NAME.
 */
#define SUBCOMMANDS(SUBCOMMAND)                                                                    \
        SUBCOMMAND(init)                                                                           \
        SUBCOMMAND(run) SUBCOMMAND(check) SUBCOMMAND(status) SUBCOMMAND(trace) SUBCOMMAND(populate)

#define SUBCOMMAND(name) extern const struct subcommand subcommand_##name;
SUBCOMMANDS(SUBCOMMAND)
#undef SUBCOMMAND

#endif
