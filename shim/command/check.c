/* chrootshim check: the doctor, before the start. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/finding.h"
#include "command/subcommand.h"
#include "settings/read.h"
#include "supply/plan.h"

#include <stdbool.h>

enum { OPTION_JSON = 1 };

static const struct command_option own_options[] = {
        {"json", NULL, "print the findings as JSON", OPTION_JSON},
        {.name = NULL},
};

/* The settings, and the jail that they name. Return: is there a plan to go on with? */
static bool check_settings(struct plan *plan, struct findings *findings)
{
        struct failure failure = {0};

        if (settings_read(&plan->settings, &failure) < 0) {
                findings_add_failure(findings, FINDING_ERROR, "settings", &failure);
                return false;
        }
        if (!plan->settings.jail) {
                struct finding *finding = findings_add(findings, FINDING_ERROR, "no-jail",
                        settings_file(), NULL, "no jail is configured");

                cure_set(&finding->cure, "jail", "/srv/www1");
                return false;
        }
        if (plan_check(plan, &failure) < 0) {
                findings_add_failure(findings, FINDING_ERROR, "jail", &failure);
                return false;
        }
        return true;
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

static int run(struct options *options)
{
        struct plan plan = PLAN_NONE;
        struct findings findings = {NULL, 0};
        bool json = false;
        int worst;

        while (options_next(options) != 0)
                json = true;
        options_no_rest(options);
        check_settings(&plan, &findings);
        show(&findings, json);
        worst = findings_worst(&findings);
        findings_release(&findings);
        return worst == FINDING_ERROR ? 2 : worst == FINDING_WARNING ? 1 : 0;
}

const struct subcommand subcommand_check = {
        .name = "check",
        .summary = "look at the settings, the jail and the server's configuration",
        .options = own_options,
        .run = run,
};
