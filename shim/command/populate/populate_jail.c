/* What chrootshim populate does to one jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/populate_jail.h"

#include "command/memory.h"
#include "command/populate/population.h"
#include "command/populate/progress.h"
#include "supply/manifest_file.h"
#include "supply/residue.h"
#include "supply/supply.h"

#include <errno.h>
#include <stdlib.h>

/*
 * struct work - what is to be done.
 *
 * @plan:   for nothing: the jail.
 * @wishes: those of the command line; then all that are to be brought, or to be removed.
 */
struct work {
        struct plan plan;
        const struct user *user;
        struct wishes wishes;
        struct populate_report report;
        const struct populate_task *task;
};

/* What is wrong with one wish: it is no setting that is to be corrected. */
static void add_failure(struct work *work, const struct wish *wish, struct failure *failure)
{
        failure->setting = failure->variable = failure->file = NULL;
        failure->line = 0;
        findings_add_failure(
                &work->report.findings, FINDING_ERROR, wish_kind_name(wish->kind), failure);
}

static void add_program(struct work *work, const char *program)
{
        struct failure failure = {0};
        char *path = wish_program_path(program, &failure);

        if (path)
                wishes_add(&work->wishes, WISH_PROGRAM, path);
        else
                findings_add_failure(&work->report.findings, FINDING_ERROR, "program", &failure);
        free(path);
}

static void note_change(void *context, enum inventory_change change, const char *path)
{
        populate_report_add(context, change, path);
}

static void note_made(void *context, const char *path)
{
        populate_report_add(context, INVENTORY_UPDATED, path);
}

static void note_removed(void *context, const char *path)
{
        populate_report_add(context, INVENTORY_REMOVED, path);
}

/* A file that could not be brought has been told of in the log. */
static void note_left_out(struct work *work, const struct plan *plan)
{
        for (size_t i = 0; i < plan->exposures.count; i++)
                if (plan->exposures.item[i].stale)
                        findings_add(&work->report.findings, FINDING_WARNING, "left-out",
                                plan->exposures.item[i].source, NULL, "it is not brought");
}

static int bring(struct work *work, struct plan *plan, struct failure *failure)
{
        int error;

        plan->progress = progress_show;
        error = supply_bring(plan, failure);
        if (error == 0)
                error = plan_make_self_links(plan, failure);
        progress_end();
        note_left_out(work, plan);
        return error;
}

/* What could not be noted could not be taken out again. */
static bool can_note(struct work *work)
{
        struct failure failure = {0};
        MANIFEST int manifest = manifest_open(work->plan.jail.fd, true, &failure);

        if (manifest >= 0)
                return true;
        failure.jail = work->plan.jail.real;
        findings_add_failure(&work->report.findings, FINDING_ERROR, "manifest", &failure);
        return false;
}

/* One after the other: what the second needs as well is there already. */
static void bring_all(struct work *work, struct plan *plans, const bool *planned)
{
        for (size_t i = 0; i < work->wishes.count; i++) {
                struct failure failure = {0};

                if (planned[i] && bring(work, &plans[i], &failure) < 0)
                        add_failure(work, &work->wishes.item[i], &failure);
        }
}

static void look_at_all(struct work *work, struct plan *plans, const bool *planned)
{
        struct plan **list = memory_grow(NULL, work->wishes.count + 1, sizeof(*list));
        size_t count = 0;

        for (size_t i = 0; i < work->wishes.count; i++) {
                struct failure failure = {0};

                if (!planned[i])
                        continue;
                if (population_each_change(&plans[i], note_made, &work->report, &failure) < 0)
                        add_failure(work, &work->wishes.item[i], &failure);
                list[count++] = &plans[i];
        }
        if (count > 0) {
                const char **names = memory_grow(NULL, count + 1, sizeof(*names));

                for (size_t i = 0; i < count; i++)
                        names[i] = list[i]->standing;
                names[count] = NULL;
                list[0]->forgotten = names;
                residue_preview(list, count, note_removed, &work->report);
                free(names);
        }
        free(list);
}

/* What has been brought before is brought again, if that is asked for. */
static void populate(struct work *work, const struct inventory *before)
{
        struct plan *plans;
        bool *planned, any = false;

        for (size_t i = 0; work->task->refresh && i < before->wishes.count; i++)
                wishes_add(&work->wishes, before->wishes.item[i].kind, before->wishes.item[i].name);
        plans = memory_grow(NULL, work->wishes.count + 1, sizeof(*plans));
        planned = memory_grow(NULL, work->wishes.count + 1, sizeof(*planned));
        for (size_t i = 0; i < work->wishes.count; i++) {
                struct failure failure = {0};

                planned[i] = population_plan(&work->wishes.item[i], work->user, &plans[i],
                                     &work->report.findings, &failure) == 0;
                if (!planned[i])
                        add_failure(work, &work->wishes.item[i], &failure);
                any |= planned[i];
        }
        if (work->report.dry_run)
                look_at_all(work, plans, planned);
        else if (any && can_note(work))
                bring_all(work, plans, planned);
        free(plans);
        free(planned);
}

/* Of what is named, or of all, the jail keeps what somebody else wants. */
static void remove_wishes(struct work *work, const struct inventory *before)
{
        const struct wishes *wishes = work->wishes.count > 0 ? &work->wishes : &before->wishes;
        const char **names = memory_grow(NULL, wishes->count + 1, sizeof(*names));
        struct plan *plan = &work->plan;
        struct failure failure = {0};
        size_t count = 0;

        for (size_t i = 0; i < wishes->count; i++) {
                if (wishes_have(&before->wishes, &wishes->item[i]))
                        names[count++] = wishes->item[i].standing;
                else
                        findings_add(&work->report.findings, FINDING_WARNING, "not-populated",
                                wishes->item[i].name, NULL, "the jail is not populated with it");
        }
        names[count] = NULL;
        plan->standing = MANIFEST_STANDING;
        plan->forgotten = names;
        if (work->report.dry_run)
                residue_preview(&plan, 1, note_removed, &work->report);
        else if (count > 0 && residue_begin(plan, &failure) < 0)
                findings_add_failure(&work->report.findings, FINDING_ERROR, "manifest", &failure);
        free(names);
}

static void work_in_jail(struct work *work, struct failure *failure)
{
        struct inventory before = {0}, after = {0};
        int error = inventory_read(&work->plan.jail, &before, failure);

        if (error == 0 && work->task->remove)
                remove_wishes(work, &before);
        else if (error == 0)
                populate(work, &before);
        if (error == 0)
                error = inventory_read(&work->plan.jail, &after, failure);
        if (error < 0) {
                findings_add_failure(&work->report.findings, FINDING_ERROR, "manifest", failure);
                return;
        }
        inventory_compare(&work->plan.jail, &before, &after, note_change, &work->report);
        work->report.wishes = after.wishes;
}

int populate_jail(const struct populate_task *task, const struct user *user,
        struct populate_report *ret_report, struct failure *ret_failure)
{
        struct work work = {.plan = PLAN_NONE, .user = user, .task = task};
        int error = population_begin(user, &work.plan, ret_failure);

        if (error < 0)
                return error;
        work.report.user = user ? user->name : NULL;
        work.report.dry_run = task->dry_run;
        for (size_t i = 0; i < task->programs.count; i++)
                add_program(&work, task->programs.item[i]);
        for (size_t i = 0; i < task->services.count; i++)
                wishes_add(&work.wishes, WISH_SERVICE, task->services.item[i]);
        work.report.jail = work.plan.jail.real;
        work_in_jail(&work, ret_failure);
        populate_report_sort(&work.report);
        *ret_report = work.report;
        return 0;
}
