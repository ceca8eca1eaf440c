/* The plan: what the administrator asked for, the jail, and what is brought into it, as one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/plan.h"

#include "jail/check.h"
#include "jail/enter.h"
#include "jail/harden.h"
#include "jail/inherited.h"
#include "jail/landlock.h"
#include "jail/seen.h"
#include "jail/spellings.h"
#include "jail/trace.h"
#include "settings/template.h"
#include "settings/user_settings.h"
#include "supply/definitions.h"
#include "supply/lock_files.h"
#include "supply/publication.h"
#include "supply/refresher.h"
#include "supply/self_link.h"
#include "supply/services.h"
#include "supply/supply.h"
#include "supply/trial.h"
#include "supply/user_plan.h"
#include "supply/warm.h"
#include "system/capabilities.h"
#include "system/stack.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* The failure of any step, with the place of the setting that it is about. */
static int located(const struct plan *plan, int error, struct failure *failure)
{
        if (error < 0)
                settings_locate(&plan->settings, failure);
        return error;
}

static int check_jail(struct plan *plan, struct failure *failure)
{
        struct jail *jail = &plan->jail;
        const char *path = plan->settings.jail;
        char literal[PATH_MAX];
        int error = 0;

        /* Without tokens, the fixed part is all of it, and "%%" is "%". */
        if (!plan->user && strchr(path, '%')) {
                error = template_fixed(path, literal, sizeof(literal), failure);
                path = literal;
        }
        if (error == 0)
                error = jail_check(path, jail, failure);
        if (error < 0)
                return error;
        jail->unsafe = plan->settings.ownership == OWNERSHIP_WARN;
        if (!jail->unsafe)
                error = jail_check_safety(jail, failure);
        if (error == 0)
                error = jail_add_aliases(jail, &plan->settings.aliases, failure);
        if (error == 0)
                error = spellings_record(jail, failure);
        /* Of a user's that was checked with the template. */
        if (error == 0 && !plan->user)
                error = jail_check_privilege(jail, &plan->settings, failure);
        return error;
}

/* All of a jail that is known. The services of a user are those of the template. */
static int check(struct plan *plan, struct failure *failure)
{
        int error = check_jail(plan, failure);

        if (error == 0 && !plan->user)
                error = definitions_complete(&plan->settings, failure);
        if (error == 0)
                error = services_check(&plan->settings, failure);
        if (error == 0)
                error = services_expose(&plan->settings, &plan->jail, &plan->exposures, failure);
        if (error == 0)
                error = exposures_check_settings(
                        &plan->exposures, plan->settings.isolation, failure);
        return error;
}

int plan_check(struct plan *plan, struct failure *ret_failure)
{
        int error = plan->user ? 0 : user_settings_check(&plan->settings, ret_failure);

        if (error == 0 && !plan->user && settings_are_template(&plan->settings))
                error = user_plan_check(plan, ret_failure);
        else if (error == 0)
                error = check(plan, ret_failure);
        if (error == 0 && plan->is_template && geteuid() != 0)
                error = user_plan_settle(plan, geteuid(), ret_failure);
        return located(plan, error, ret_failure);
}

static int check_landlock(const struct plan *plan, struct failure *failure)
{
        int abi = plan->settings.landlock == LANDLOCK_REQUIRE ? landlock_abi() : 0;

        if (abi >= 0)
                return 0;
        failure_set(failure, abi, NULL, "it is \"require\"",
                "use a kernel that has it (lsm=landlock), or set landlock = \"off\"");
        failure->setting = "landlock";
        return abi;
}

/* What is told of the entry before anything is brought in. */
static int check_entry(const struct plan *plan, struct failure *failure)
{
        if (plan->jail.unsafe && jail_check_safety(&plan->jail, failure) < 0) {
                located(plan, -EPERM, failure);
                log_failure(LEVEL_WARNING, "", failure);
        }
        return check_landlock(plan, failure);
}

int plan_make_self_links(const struct plan *plan, struct failure *ret_failure)
{
        const struct path_prefixes *prefixes = &plan->jail.prefixes;

        for (unsigned i = 0; plan->settings.self_link && i < prefixes->count; i++) {
                int error = self_link_make(&plan->jail, prefixes->item[i].text, ret_failure);

                if (error == 0)
                        continue;
                if (!ret_failure->planted)
                        return error;
                located(plan, error, ret_failure);
                log_failure(LEVEL_ERROR, "left out: ", ret_failure);
        }
        return 0;
}

/* A jail that clients can read is as the administrator wants it, or not: he is told. */
static void check_publication(const struct plan *plan, struct failure *failure)
{
        int error = publication_check(&plan->jail, &plan->exposures, failure);

        if (error == 0)
                return;
        located(plan, error, failure);
        log_failure(LEVEL_WARNING, "", failure);
}

static int hold(struct plan *plan, struct failure *failure)
{
        int error = jail_hold(&plan->jail, failure);

        if (error < 0)
                failure->jail = plan->jail.real;
        return error;
}

static int bring(struct plan *plan, struct failure *failure)
{
        int error = supply_make(plan, failure);

        if (error == 0)
                error = plan_make_self_links(plan, failure);
        if (error == 0)
                check_publication(plan, failure);
        return error;
}

int plan_bring(struct plan *plan, struct failure *ret_failure)
{
        int error = hold(plan, ret_failure);

        if (error == 0)
                error = check_entry(plan, ret_failure);
        if (error == 0)
                error = bring(plan, ret_failure);
        return located(plan, error, ret_failure);
}

int plan_prepare(struct plan *plan, struct failure *ret_failure)
{
        int error = hold(plan, ret_failure);

        capabilities_note_bounding();
        if (error == 0)
                error = check_entry(plan, ret_failure);
        if (error == 0)
                error = warm_up(&plan->settings, ret_failure);
        if (error == 0 && plan->settings.isolation == ISOLATION_NAMESPACE)
                error = trial_mounts(plan, ret_failure);
        if (error == 0 && plan->is_template)
                return located(plan, user_plan_try(plan, ret_failure), ret_failure);
        if (error == 0)
                error = bring(plan, ret_failure);
        if (error == 0)
                error = trial_run(plan, ret_failure);
        return located(plan, error, ret_failure);
}

struct entry {
        struct plan *plan;
        struct failure *failure;
        bool seen;
        int error;
};

/* As it was, without what has been taken away: a worker that is no root is none afterwards. */
static void lower(struct entry *entry, uint64_t held)
{
        int error = capabilities_lower(held);

        if (error < 0)
                entry->error = failure_set(entry->failure, error, NULL,
                        "its capabilities could not be taken away",
                        "look for a filter of system calls that refuses capset()");
}

/* Who gave up root by seteuid() alone has it left for the entry. */
static void raise_rights(struct entry *entry, uint64_t *ret_held)
{
        int error = capabilities_raise(ret_held);

        if (error < 0)
                entry->error = failure_set(entry->failure, error, NULL,
                        "its capabilities could not be used",
                        "look for a filter of system calls that refuses capget() or capset()");
}

static void enter(void *argument)
{
        struct entry *entry = argument;
        struct plan *plan = entry->plan;
        struct inherited inherited;
        CLOSED_AT_END int root = -1;
        int tracer;
        uint64_t held = 0;

        refresher_end(plan);
        lock_files_carry();
        raise_rights(entry, &held);
        tracer = trace_connect(plan->tracer);
        if (entry->error == 0)
                entry->error = jail_stand_alone(entry->failure);
        inherited_look(&inherited, &plan->jail);
        if (entry->error == 0)
                entry->error = jail_enter(&plan->jail, entry->seen, &root, entry->failure);
        if (entry->error == 0)
                entry->error = harden(
                        &plan->settings, &plan->jail, &inherited, root, tracer, entry->failure);
        if (entry->error == 0)
                lower(entry, held);
        if (entry->error < 0)
                entry->failure->jail = plan->jail.real;
}

void plan_look(const struct plan *plan)
{
        if (!plan->is_template)
                seen_look(&plan->jail);
}

int plan_enter(struct plan *plan, struct failure *ret_failure)
{
        struct entry entry = {.plan = plan, .failure = ret_failure};

        /* That would be the directory in which all jails lie. */
        if (plan->is_template)
                return failure_set(
                        ret_failure, 0, NULL, "it is not settled whose jail it is", NULL);
        entry.seen = !plan->jail.unsafe && seen_holds(&plan->jail);
        /* What is to be checked or made anew needs room. */
        if (entry.seen)
                enter(&entry);
        else
                stack_run(enter, &entry);
        return entry.error;
}
