/* chrootshim check: the doctor, before the start. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check.h"

#include "command/check/check_plan.h"
#include "command/check/check_server.h"
#include "command/check/check_users.h"
#include "command/check/fewest_services.h"
#include "command/check/fix.h"
#include "command/servers.h"
#include "command/subcommand.h"
#include "settings/read.h"
#include "settings/user_settings.h"

enum { OPTION_JSON = 1, OPTION_FIX, OPTION_YES, OPTION_USER };

/* What the options ask for. */
struct asked {
        const char *user;
        bool json;
        bool fix;
        bool yes;
};

static const struct command_option own_options[] = {
        {"json", NULL, "print the findings as JSON", OPTION_JSON},
        {"fix", NULL, "show the settings that the findings propose, ask, and write them",
                OPTION_FIX},
        {"yes", NULL, "with --fix: do not ask", OPTION_YES},
        {"user", "NAME", "where each user has a jail: that of this one alone", OPTION_USER},
        {.name = NULL},
};

/* The settings. Return: do they name a jail? */
static bool read_settings(struct check *check)
{
        struct settings *settings = &check->plan.settings;
        struct failure failure = {0};
        struct finding *finding;

        if (settings_read(settings, &failure) < 0) {
                findings_add_failure(&check->findings, FINDING_ERROR, "settings", &failure);
                return false;
        }
        if (settings->jail)
                return true;
        finding = check_found(
                check, FINDING_ERROR, "no-jail", settings_file(), NULL, "no jail is configured");
        /* An example: it is not for --fix to choose a directory. */
        cure_command(&finding->cure, "jail = \"/srv/www1\";");
        return false;
}

/* What the start would bring, the server's configuration, and what is in the jail, or in each. */
static void look(struct check *check, const struct options *options, const struct asked *asked)
{
        bool each = read_settings(check) && settings_are_template(&check->plan.settings);

        if (asked->user && !each)
                options_misuse(options, "--user: the settings name one jail for all users");
        if (each)
                check_users_begin(check, asked->user);
        else if (check->findings.count == 0)
                check_plan(check);
        check_server(check, options_rest(options));
        if (each)
                check_users_end(check);
        else if (check->usable)
                check_jail(check);
        fewest_services(check);
}

static void show(const struct findings *findings, bool json)
{
        struct json_object *object;

        if (!json) {
                findings_show(findings, stdout);
                return;
        }
        object = json_object_new_object();
        json_object_object_add(object, "findings", findings_json(findings));
        puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
        json_object_put(object);
}

static int status(const struct findings *findings)
{
        int worst = findings_worst(findings);

        return worst == FINDING_ERROR ? 2 : worst == FINDING_WARNING ? 1 : 0;
}

static void ask(struct options *options, struct asked *asked)
{
        int option;

        while ((option = options_next(options)) != 0) {
                asked->json |= option == OPTION_JSON;
                asked->fix |= option == OPTION_FIX;
                asked->yes |= option == OPTION_YES;
                if (option == OPTION_USER)
                        asked->user = options->argument;
        }
        if (asked->json && asked->fix)
                options_misuse(options, "--fix shows what it writes to people: leave --json out");
}

static int worse(int one, int other)
{
        return one > other ? one : other;
}

static int run(struct options *options)
{
        struct check check = {.plan = PLAN_NONE};
        struct asked asked = {NULL, false, false, false};
        int result;

        ask(options, &asked);
        servers_choose(options_rest(options));
        if (servers_are_several())
                return servers_each(options, asked.json, false, worse);
        look(&check, options, &asked);
        show(&check.findings, asked.json);
        result = asked.fix ? fix(&check.findings, settings_file(), asked.yes) : 0;
        if (result == 0)
                result = status(&check.findings);
        findings_release(&check.findings);
        return result;
}

const struct subcommand subcommand_check = {
        .name = "check",
        .arguments = "[-- SERVER ARGUMENT...]",
        .summary = "look at the settings, the jail and the server's configuration (status 1: "
                   "warnings, 2: errors)",
        .options = own_options,
        .run = run,
};
