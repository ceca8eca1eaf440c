/* What the caller of chrootshim status wants to see, and how. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_STATUS_STATUS_CHOICE_H
#define SHIM_COMMAND_STATUS_STATUS_CHOICE_H

#include "command/options.h"
#include "command/status/status_report.h"
#include "command/user_jail.h"

/**
 * struct status_choice - what was chosen on the command line.
 * @users:  who is named by --user; wish.only points into it.
 * @wait:   seconds at most until workers serve; 0: no waiting.
 * @watch:  seconds between two looks; 0: one look.
 */
struct status_choice {
        struct status_wish wish;
        struct users users;
        bool json;
        bool nagios;
        bool quiet;
        long wait;
        long watch;
};

/** status_options - the options of status, for the help and for completion; ends with {0}. */
extern const struct command_option status_options[];

/**
 * status_choose() - read the options; ends with a line where they make no sense.
 * @ret_choice: zeroed before; users_release() its users.
 */
void status_choose(struct options *options, struct status_choice *ret_choice);

#endif
