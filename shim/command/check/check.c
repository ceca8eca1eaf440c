/* chrootshim check: the doctor, before the start. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check.h"

#include "command/check/check_server.h"
#include "command/check/fewest_services.h"
#include "command/check/fix.h"
#include "command/memory.h"
#include "command/subcommand.h"
#include "jail/enter.h"
#include "settings/read.h"
#include "supply/place.h"
#include "supply/publication.h"
#include "supply/services.h"
#include "supply/supply.h"

#include <stdlib.h>
#include <string.h>

enum { OPTION_JSON = 1, OPTION_FIX, OPTION_YES };

/* What the options ask for. */
struct asked {
        bool json;
        bool fix;
        bool yes;
};

static const struct command_option own_options[] = {
        {"json", NULL, "print the findings as JSON", OPTION_JSON},
        {"fix", NULL, "show the settings that the findings propose, ask, and write them",
                OPTION_FIX},
        {"yes", NULL, "with --fix: do not ask", OPTION_YES},
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

                /* An example: it is not for --fix to choose a directory. */
                cure_command(&finding->cure, "jail = \"/srv/www1\";");
                return false;
        }
        if (plan_check(plan, &failure) < 0 || jail_hold(&plan->jail, &failure) < 0) {
                findings_add_failure(findings, FINDING_ERROR, "jail", &failure);
                return false;
        }
        return true;
}

static void tell_left_out(void *context, struct failure *failure)
{
        struct check *check = context;

        settings_locate(&check->plan.settings, failure);
        findings_add_failure(&check->findings, FINDING_WARNING, "left-out", failure);
}

/* Where it comes to lie, if the jail has links on the way to its place. */
static void find_place(const struct jail *jail, struct exposure *exposure)
{
        struct failure ignored;
        struct place *place = memory_grow(NULL, 1, sizeof(*place));

        if (place_trace(jail->fd, exposure->target, place, &ignored) == 0 &&
                strcmp(place->path, exposure->target) != 0)
                exposure->target = memory_copy(place->path);
        free(place);
}

/*
 * An application's definition asks for all that it can use, such as mail, which a machine may do
 * without; what the administrator has named himself should be there.
 */
static void tell_absent(struct check *check, const struct exposure *exposure)
{
        const char *by = exposure->service
                                 ? services_includer(&check->plan.settings, exposure->service)
                                 : NULL;

        if (exposure->options & EXPOSURE_OPTIONAL)
                return;
        if (by)
                check_found(check, FINDING_NOTE, "absent-outside", exposure->source, NULL,
                        "%s, which %s asks for, would bring it, and it is not there",
                        exposure->service, by);
        else
                check_found(check, FINDING_WARNING, "absent-outside", exposure->source, NULL,
                        "%s is to bring it, and it is not there", exposure_origin(exposure));
}

/* Look at each of what is brought in; the look makes nothing. */
static void look_at_exposures(struct check *check)
{
        struct exposures *exposures = &check->plan.exposures;

        for (size_t i = 0; i < exposures->count; i++) {
                struct exposure *exposure = &exposures->item[i];
                struct failure failure = {0};
                int fd = -1;

                if (exposure_take(exposure, check->plan.settings.isolation, &fd, &failure) < 0)
                        tell_left_out(check, &failure);
                else if (!exposure->present)
                        tell_absent(check, exposure);
                kernel_close_at_end(&fd);
                find_place(&check->plan.jail, exposure);
        }
        exposures_sort(exposures, check->plan.settings.isolation);
}

/* What the start would bring into the jail. */
static void check_supply(struct check *check)
{
        struct failure failure = {0};

        if (supply_look(&check->plan, tell_left_out, check, &failure) < 0) {
                settings_locate(&check->plan.settings, &failure);
                findings_add_failure(&check->findings, FINDING_ERROR, "supply", &failure);
        }
        look_at_exposures(check);
        if (publication_check(&check->plan.jail, &check->plan.exposures, &failure) < 0) {
                settings_locate(&check->plan.settings, &failure);
                findings_add_failure(&check->findings, FINDING_WARNING, "publication", &failure);
        }
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
        }
        if (asked->json && asked->fix)
                options_misuse(options, "--fix shows what it writes to people: leave --json out");
}

static int run(struct options *options)
{
        struct check check = {.plan = PLAN_NONE};
        struct asked asked = {false, false, false};
        int result;

        ask(options, &asked);
        check.usable = check_settings(&check.plan, &check.findings);
        if (check.usable)
                check_supply(&check);
        check_server(&check, options_rest(options));
        if (check.usable)
                check_jail(&check);
        fewest_services(&check);
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
