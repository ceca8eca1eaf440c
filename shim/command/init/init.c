/* chrootshim init: makes a jail, and writes what brings the shim to a server at its next start. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_check.h"
#include "command/init/init_layout.h"
#include "command/init/init_plan.h"
#include "command/init/init_record.h"
#include "command/init/init_sections.h"
#include "command/init/init_settings.h"
#include "command/init/init_show.h"
#include "command/memory.h"
#include "command/plain_path.h"
#include "command/subcommand.h"
#include "command/terminal.h"
#include "settings/read.h"
#include "settings/template.h"
#include "supply/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_UNDO = 1, OPTION_FORCE, OPTION_DRY_RUN, OPTION_YES, OPTION_USER };

static const struct command_option own_options[] = {
        {"undo", NULL, "put everything back that nobody has changed since", OPTION_UNDO},
        {"force", NULL, "replace files that are there with another text", OPTION_FORCE},
        {"yes", NULL, "take the settings that check proposes, and do not ask", OPTION_YES},
        {"user", "NAME", "where each user is to have a jail: make that of this one", OPTION_USER},
        {"dry-run", NULL, "show what would be changed, and change nothing", OPTION_DRY_RUN},
        {.name = NULL},
};

/*
 * struct asked - what the options ask for.
 *
 * @users: those whose jails are to be made.
 */
struct asked {
        const char *server;
        char *jail;
        struct users users;
        bool undo;
        bool force;
        bool dry_run;
        bool yes;
};

static int refuse(const struct failure *failure)
{
        char text[FAILURE_TEXT_SIZE];

        fprintf(stderr, "chrootshim init: ");
        terminal_print(stderr, failure_text(failure, text, sizeof(text)));
        fputc('\n', stderr);
        return STATUS_CONFIG;
}

static void tell(enum init_result result, const char *path, const char *why)
{
        static const char *const words[] = {
                [INIT_MADE] = "made",
                [INIT_WRITTEN] = "wrote",
                [INIT_REMOVED] = "removed",
                [INIT_RESTORED] = "restored",
                [INIT_LEFT] = "left",
        };

        terminal_colour(stdout, why ? TERMINAL_YELLOW : TERMINAL_GREEN);
        printf("%-9s", words[result]);
        terminal_colour(stdout, TERMINAL_PLAIN);
        terminal_print(stdout, path);
        printf("%s%s\n", why ? ": " : "", why ? why : "");
}

/* From now on, what the file says alone. */
static void forget_options(const struct init_server *server)
{
        const char *path = settings_file();

        if (setenv(SETTINGS_VARIABLE, path, 1) < 0 ||
                setenv(SETTINGS_SERVER_VARIABLE, init_program_name(server), 1) < 0)
                abort();
        for (size_t i = 0; i < SETTING_COUNT; i++)
                unsetenv(setting_keys[i].variable);
}

static int check_settings(struct failure *failure)
{
        struct plan plan = PLAN_NONE;
        int error = settings_read(&plan.settings, failure);

        return error < 0 ? error : plan_check(&plan, failure);
}

/* Let it be checked; where it has written what it proposes, once more. *ret_status: of check. */
static int check_server_of(const struct asked *asked, const struct init_server *server,
        struct init_record *record, int *ret_status, struct failure *failure)
{
        bool is_new = init_record_writes(record, settings_file());
        int renewed;

        *ret_status = init_run_check(
                server->program, is_new ? "--fix" : NULL, is_new && asked->yes ? "--yes" : NULL);
        renewed = init_record_renew(record, settings_file(), failure);
        if (renewed > 0)
                *ret_status = init_run_check(server->program, NULL, NULL);
        return renewed < 0 ? renewed : 0;
}

static void show_plan(const struct init_record *record)
{
        for (size_t i = 0; i < record->directory_count; i++)
                tell(INIT_MADE, record->directory[i], NULL);
        for (size_t i = 0; i < record->count; i++)
                tell(INIT_WRITTEN, record->change[i].path, NULL);
}

/* Return: the exit status. */
static int write_all(const struct asked *asked, const struct init_server *server,
        struct init_record *record, const char *settings, bool merged)
{
        struct failure failure = {0};
        int checked = -1;
        int error = init_plan_jails(record, asked->jail, &asked->users, &failure);

        if (error == 0)
                error = init_plan(record, server, settings, merged, asked->force, &failure);

        if (error < 0)
                return refuse(&failure);
        if (asked->dry_run) {
                show_plan(record);
                init_show_text(settings_file(), settings);
                return 0;
        }
        if (record->count == 0 && record->directory_count == 0)
                printf("everything is there already\n");
        else
                error = init_record_apply(record, tell, &failure);
        forget_options(server);
        if (error == 0)
                error = check_settings(&failure);
        if (error < 0) {
                init_record_roll_back(record);
                fprintf(stderr, "chrootshim init: everything is as it was before\n");
                return refuse(&failure);
        }
        init_show_file(settings_file());
        if (check_server_of(asked, server, record, &checked, &failure) < 0)
                return refuse(&failure);
        init_show_next(server, asked->server, asked->jail);
        return checked == 2;
}

static int set_up(const struct asked *asked, const struct init_server *server)
{
        struct init_record record;
        struct settings asked_for;
        struct failure failure = {0};
        char *services, *settings, *merged = NULL;
        int status = STATUS_CONFIG;

        settings_init(&asked_for);
        if (settings_read_environment(&asked_for, environ, &failure) < 0)
                return refuse(&failure);
        if (init_services(server, &asked_for, &services, &failure) < 0) {
                refuse(&failure);
        } else {
                settings = init_settings_text(server, services);
                init_record_begin(&record, asked->server);
                if (!asked->force && init_sections(server, settings_file(), settings, asked->jail,
                                             &merged, &failure) < 0)
                        status = refuse(&failure);
                else
                        status = write_all(
                                asked, server, &record, merged ? merged : settings, merged != NULL);
                init_record_release(&record);
                free(merged);
                free(settings);
        }
        settings_release(&asked_for);
        free(services);
        return status;
}

static int take_back(const struct asked *asked)
{
        struct init_record record;
        struct failure failure = {0};
        int error;

        init_record_begin(&record, asked->server);
        error = init_record_load(&record, &failure);
        if (error == 0)
                error = asked->dry_run ? init_record_show_undo(&record, tell, &failure)
                                       : init_record_undo(&record, tell, &failure);
        if (error < 0)
                refuse(&failure);
        else if (asked->dry_run)
                printf("nothing was changed\n");
        else if (error > 0)
                printf("what was there before stands in %s\n", record.path);
        else
                printf("\nNow: restart the server%s\n", access("/run/systemd/system", F_OK) == 0
                                                                ? ", after systemctl daemon-reload"
                                                                : "");
        init_record_release(&record);
        return error < 0 ? STATUS_CONFIG : error > 0;
}

/* Return: from malloc(), and in the environment. */
static char *read_jail(struct options *options)
{
        char *jail = plain_path(getenv(setting_keys[SETTING_jail].variable));

        if (!jail)
                options_misuse(options, "the jail is missing: --jail DIR, an absolute path "
                                        "without \"..\"");
        if (setenv(setting_keys[SETTING_jail].variable, jail, 1) < 0)
                abort();
        return jail;
}

/* They may stand before the server, and behind it. */
static void read_options(struct options *options, struct asked *asked)
{
        struct failure failure;
        int option;

        do {
                while ((option = options_next(options)) != 0) {
                        asked->undo |= option == OPTION_UNDO;
                        asked->force |= option == OPTION_FORCE;
                        asked->dry_run |= option == OPTION_DRY_RUN;
                        asked->yes |= option == OPTION_YES;
                        if (option == OPTION_USER &&
                                users_add_named(&asked->users, options->argument, &failure) < 0)
                                options_misuse(options, "--user %s: %s", options->argument,
                                        failure.reason);
                }
        } while (!asked->server && (asked->server = options_word(options)));
        options_no_rest(options);
        if (!asked->server || strchr(asked->server, '/'))
                options_misuse(options, "a server is to be named: %s", init_server_names());
}

/* In files that start a server, paths stand without quotes. */
static const char unquoted[] = " \t\n\"'\\$`%&|;<>()*?[]{}#!~";

static int run(struct options *options)
{
        struct asked asked = {.server = NULL};
        struct init_server server;
        struct failure failure = {0};
        int status;

        read_options(options, &asked);
        if (asked.undo)
                return take_back(&asked);
        if (settings_file()[0] != '/' ||
                settings_file()[strcspn(settings_file(), unquoted)] != '\0')
                options_misuse(options, "--config takes an absolute path, here without what a "
                                        "shell or systemd would change");
        asked.jail = read_jail(options);
        if (asked.users.count > 0 && !template_has_tokens(asked.jail))
                options_misuse(options, "--user: that is one jail for all users");
        if (init_server_find(asked.server, &server, &failure) < 0) {
                status = refuse(&failure);
        } else {
                status = set_up(&asked, &server);
                init_server_release(&server);
        }
        free(asked.jail);
        return status;
}

const struct subcommand subcommand_init = {
        .name = "init",
        .arguments = "SERVER",
        .summary = "make a jail, and what brings the shim to a server at its next start",
        .options = own_options,
        .run = run,
};
