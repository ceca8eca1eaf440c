/* Before a server is started under the shim: all that can be known of it, and its environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/launch.h"

#include "command/memory.h"
#include "command/run/preload.h"
#include "command/run/takes_hold.h"
#include "command/servers.h"
#include "command/subcommand.h"
#include "settings/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_settings(struct plan *plan, struct failure *failure)
{
        int error = settings_read(&plan->settings, failure);

        if (error < 0)
                return error;
        if (plan->settings.jail)
                return plan_check(plan, failure);
        failure_set(failure, 0, NULL, "no jail is configured", NULL);
        failure_remedy(failure, "give --jail DIR, or set `jail` in %s", settings_file());
        return -EINVAL;
}

/* In a program that is not one of `programs`, the shim does nothing. */
static int check_programs(
        const struct settings *settings, const struct destination *server, struct failure *failure)
{
        char *real;
        bool is_listed;

        if (settings->programs.count == 0 || !server->program)
                return 0;
        real = realpath(server->program, NULL);
        is_listed = (real && settings_lists_program(settings, real)) ||
                    settings_lists_program(settings, server->name) ||
                    (server->script && settings_lists_program(settings, server->script));
        free(real);
        if (is_listed)
                return 0;
        failure_set(failure, 0, server->program,
                "it is not one of `programs`, and would run unjailed",
                "add it there; or, if it only starts the server, put chrootshim run -- between "
                "them");
        failure->setting = setting_keys[SETTING_programs].name;
        settings_locate(settings, failure);
        return -EINVAL;
}

/* Where the server is not known, the library is tried with a program that is like it: this one. */
static int check_library(
        const struct destination *server, const char *library, struct failure *failure)
{
        char *own = server->program ? NULL : realpath("/proc/self/exe", NULL);
        const char *program = server->program ? server->program : own;
        int error = program ? takes_hold(program, library, failure) : 0;

        free(own);
        return error;
}

static void set_variable(const char *name, const char *value)
{
        if (setenv(name, value, 1) < 0)
                abort();
}

static void make_environment(const char *library)
{
        char *value = preload_value(library);

        /* What a server marks its helpers with (process/start.c) is not meant for this one. */
        unsetenv(SETTINGS_HELPER_VARIABLE);
        unsetenv(SETTINGS_NEXT_VARIABLE);
        set_variable("LD_PRELOAD", value);
        free(value);
}

int launch_prepare(struct launch *launch, char *const *words, struct failure *ret_failure)
{
        struct destination *server = &launch->destination;
        int error;

        servers_choose(words);
        error = read_settings(&launch->plan, ret_failure);
        if (!launch->library)
                launch->library = preload_library();
        if (error == 0)
                error = destination_find(words, server, ret_failure);
        if (error == 0)
                error = check_programs(&launch->plan.settings, server, ret_failure);
        if (error == 0)
                error = check_library(server, launch->library, ret_failure);
        if (error == 0)
                make_environment(launch->library);
        return error;
}

void launch_execute(char *const *words)
{
        execvp(words[0], words);
        fprintf(stderr, "chrootshim: %s: %s\n", words[0], strerror(errno));
        _exit(STATUS_CONFIG);
}
