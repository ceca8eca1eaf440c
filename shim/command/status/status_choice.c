/* The options of chrootshim status, and which of them go together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/status/status_choice.h"

#include "system/failure.h"

#include <stdint.h>

enum {
        OPTION_ALL = 1,
        OPTION_PID,
        OPTION_JSON,
        OPTION_NAGIOS,
        OPTION_QUIET,
        OPTION_ALLOW_IDLE,
        OPTION_WAIT,
        OPTION_WATCH,
        OPTION_USER
};

/* Seconds, where none are given. */
#define WAIT_SECONDS 30
#define WATCH_SECONDS 2

const struct command_option status_options[] = {
        {"pid", "PID", "the server of this pid, and not that of the settings", OPTION_PID},
        {"all", NULL, "all servers in which libchrootshim is loaded", OPTION_ALL},
        {"user", "NAME", "where each user has a jail: the workers of this one", OPTION_USER},
        {"json", NULL, "print JSON (status.schema.json); with --watch a line each time",
                OPTION_JSON},
        {"nagios", NULL, "print one line, and exit, as monitoring plugins do", OPTION_NAGIOS},
        {"quiet", NULL, "print nothing if each worker is jailed", OPTION_QUIET},
        {"allow-idle", NULL, "no worker is no error, if libchrootshim is loaded in the server",
                OPTION_ALLOW_IDLE},
        {"wait", "[=SECONDS]", "until workers serve and each is jailed; 30 at most", OPTION_WAIT},
        {"watch", "[=SECONDS]", "again and again, each 2 seconds, until Ctrl-C", OPTION_WATCH},
        {0},
};

static long seconds(const struct options *options, long usual)
{
        return options->argument ? options_number(options, 1, 86400) : usual;
}

static void read_user(const struct options *options, struct status_choice *choice)
{
        struct failure failure;

        users_release(&choice->users);
        if (users_add_named(&choice->users, options->argument, &failure) < 0)
                options_misuse(options, "--user %s: %s", options->argument, failure.reason);
        choice->wish.only = &choice->users.item[0].uid;
}

void status_choose(struct options *options, struct status_choice *ret_choice)
{
        int option;

        while ((option = options_next(options))) {
                if (option == OPTION_ALL)
                        ret_choice->wish.all = true;
                else if (option == OPTION_PID)
                        ret_choice->wish.pid = (pid_t)options_number(options, 1, INT32_MAX);
                else if (option == OPTION_JSON)
                        ret_choice->json = true;
                else if (option == OPTION_NAGIOS)
                        ret_choice->nagios = true;
                else if (option == OPTION_QUIET)
                        ret_choice->quiet = true;
                else if (option == OPTION_ALLOW_IDLE)
                        ret_choice->wish.idle_is_good = true;
                else if (option == OPTION_WAIT)
                        ret_choice->wait = seconds(options, WAIT_SECONDS);
                else if (option == OPTION_USER)
                        read_user(options, ret_choice);
                else if (option == OPTION_WATCH)
                        ret_choice->watch = seconds(options, WATCH_SECONDS);
        }
        options_no_rest(options);
        if (ret_choice->wish.all && ret_choice->wish.pid)
                options_misuse(options, "--all and --pid exclude each other");
        if (ret_choice->nagios && (ret_choice->json || ret_choice->quiet))
                options_misuse(options, "--nagios goes with neither --json nor --quiet");
        if (ret_choice->watch && (ret_choice->nagios || ret_choice->wait || ret_choice->quiet))
                options_misuse(options, "--watch goes with neither --nagios, --wait nor --quiet");
}
