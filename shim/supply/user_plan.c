/* The plan of one user, where each user has a jail: made from the template, by the same rules. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/user_plan.h"

#include "jail/check.h"
#include "settings/template.h"
#include "settings/user_settings.h"
#include "supply/definitions.h"
#include "supply/services.h"
#include "supply/supply.h"
#include "supply/trial.h"
#include "system/account.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* For whom the settings are tried at the start: a name as any other. */
#define SAMPLE_NAME "user"
#define SAMPLE_UID 65533

static int check_fixed(struct plan *plan, struct failure *failure)
{
        struct jail *jail = &plan->jail;
        char path[PATH_MAX];
        int error = template_fixed(plan->settings.jail, path, sizeof(path), failure);

        if (error == 0)
                error = jail_check(path, jail, failure);
        if (error < 0)
                return error;
        jail->unsafe = plan->settings.ownership == OWNERSHIP_WARN;
        error = jail->unsafe ? 0 : jail_check_way(jail, failure);
        return error < 0 ? error : jail_check_privilege(jail, &plan->settings, failure);
}

/* What is exposed is looked at in no file system here: only what the settings say of it. */
static int check_sample(const struct plan *plan, struct failure *failure)
{
        struct plan sample = PLAN_NONE;
        int error = user_settings_make(
                &plan->settings, SAMPLE_NAME, SAMPLE_UID, &sample.settings, failure);

        if (error == 0) {
                path_prefixes_set(
                        &sample.jail.prefixes, sample.settings.jail, sample.settings.jail);
                error = services_expose(&sample.settings, &sample.jail, &sample.exposures, failure);
        }
        if (error == 0)
                error = exposures_check_settings(
                        &sample.exposures, sample.settings.isolation, failure);
        sample.jail.prefixes.count = 0;
        user_plan_release(&sample);
        return error;
}

int user_plan_check(struct plan *plan, struct failure *ret_failure)
{
        int error = check_fixed(plan, ret_failure);

        if (error == 0)
                error = definitions_complete(&plan->settings, ret_failure);
        if (error == 0)
                error = services_check(&plan->settings, ret_failure);
        if (error == 0)
                error = check_sample(plan, ret_failure);
        plan->is_template = error == 0;
        return error;
}

int user_plan_try(const struct plan *plan, struct failure *ret_failure)
{
        struct plan trial = *plan;
        int error;

        trial.is_template = false;
        /* One of them has what is a user's own. */
        trial.user = trial.settings.jail;
        trial.exposures = (struct exposures){0};
        trial.settings.self_link = false;
        /* It is no jail: a user may be called "lib". */
        trial.jail.unsafe = true;
        error = supply_bring(&trial, ret_failure);
        if (error == 0)
                error = trial_run(&trial, ret_failure);
        kernel_close_at_end(&trial.jail.namespace);
        kernel_close_at_end(&trial.jail.ipc);
        return error;
}

int user_plan_make_named(const struct plan *template, const char *name, uid_t uid,
        struct plan *ret_plan, struct failure *ret_failure)
{
        int error;

        *ret_plan = (struct plan)PLAN_NONE;
        ret_plan->tracer = template->tracer;
        ret_plan->standing = template->standing;
        ret_plan->forgotten = template->forgotten;
        ret_plan->progress = template->progress;
        ret_plan->begins = template->begins;
        ret_plan->describe = template->describe;
        error = user_settings_make(
                &template->settings, name, uid, &ret_plan->settings, ret_failure);
        if (error < 0) {
                settings_locate(&template->settings, ret_failure);
                return error;
        }
        ret_plan->user = strdup(name);
        if (!ret_plan->user)
                return failure_set(ret_failure, -ENOMEM, NULL, NULL, NULL);
        error = plan_check(ret_plan, ret_failure);
        ret_plan->jail.rootless = template->jail.rootless;
        if (error < 0)
                ret_failure->jail = ret_plan->settings.jail;
        return error;
}

int user_plan_make(
        const struct plan *template, uid_t uid, struct plan *ret_plan, struct failure *ret_failure)
{
        char name[ACCOUNT_NAME_SIZE];
        int error = account_name(uid, name);

        *ret_plan = (struct plan)PLAN_NONE;
        if (error == 0 || error == -ENOENT)
                return user_plan_make_named(
                        template, error == 0 ? name : NULL, uid, ret_plan, ret_failure);
        failure_set(ret_failure, error == -EEXIST ? 0 : error, NULL, NULL,
                error == -EEXIST ? "give each user a name of his own (passwd(5))"
                                 : "look at nsswitch.conf(5)");
        if (error == -EEXIST)
                failure_reason(ret_failure, "the name of uid %u, \"%s\", is that of another uid",
                        uid, name);
        else
                failure_reason(ret_failure, "the name of uid %u cannot be looked up", uid);
        ret_failure->setting = "jail";
        settings_locate(&template->settings, ret_failure);
        return error;
}

static void release_jail(struct jail *jail)
{
        for (unsigned i = 0; i < jail->prefixes.count; i++) {
                const char *text = jail->prefixes.item[i].text;

                if (text != jail->real && text != jail->configured)
                        free((char *)(uintptr_t)text);
        }
        path_links_free(&jail->links);
        free((char *)(uintptr_t)jail->configured);
        free(jail->real);
        kernel_close_at_end(&jail->fd);
        kernel_close_at_end(&jail->namespace);
        kernel_close_at_end(&jail->ipc);
}

void user_plan_release(struct plan *plan)
{
        for (size_t i = 0; i < plan->exposures.count; i++)
                free(plan->exposures.item[i].source);
        free(plan->exposures.item);
        release_jail(&plan->jail);
        user_settings_release(&plan->settings);
        free(plan->user);
        *plan = (struct plan)PLAN_NONE;
}

int user_plan_settle(struct plan *plan, uid_t uid, struct failure *ret_failure)
{
        struct plan own;
        int error = user_plan_make(plan, uid, &own, ret_failure);

        if (error < 0)
                return error;
        own.refresher = plan->refresher;
        *plan = own;
        return 0;
}
