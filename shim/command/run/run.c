/* chrootshim run: starts a server under the shim, or says why it would run unjailed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/launch.h"
#include "command/run/preload.h"
#include "command/run/run_wait.h"
#include "command/subcommand.h"
#include "command/terminal.h"

#include <stdbool.h>

enum { OPTION_LIBRARY = 1, OPTION_WAIT };

/* In seconds. */
enum { WAIT_USUAL = 30, WAIT_MOST = 86400 };

static const struct command_option own_options[] = {
        {"library", "FILE", "preload this library, and not the installed one", OPTION_LIBRARY},
        {"wait", "[=SECONDS]",
                "return when workers serve and each was seen in the jail; else stop the server",
                OPTION_WAIT},
        {.name = NULL},
};

static int refuse(const struct failure *failure)
{
        char text[FAILURE_TEXT_SIZE];

        fprintf(stderr, "chrootshim run: ");
        terminal_print(stderr, failure_text(failure, text, sizeof(text)));
        fputc('\n', stderr);
        return STATUS_CONFIG;
}

static int run(struct options *options)
{
        struct launch launch = LAUNCH_NONE;
        struct failure failure = {0};
        long seconds = 0;
        char **words;
        int option;

        while ((option = options_next(options)) != 0) {
                if (option == OPTION_WAIT)
                        seconds = options->argument ? options_number(options, 1, WAIT_MOST)
                                                    : WAIT_USUAL;
                else if (!(launch.library = preload_named(options->argument, &failure)))
                        return refuse(&failure);
        }
        words = options_rest(options);
        if (!words[0])
                options_misuse(options, "a command to start is missing");
        if (launch_prepare(&launch, words, &failure) < 0)
                return refuse(&failure);
        if (seconds == 0)
                launch_execute(words);
        return run_wait(&launch, words, (unsigned)seconds);
}

const struct subcommand subcommand_run = {
        .name = "run",
        .arguments = "-- COMMAND...",
        .summary = "start a server with its workers in the jail",
        .options = own_options,
        .run = run,
};
