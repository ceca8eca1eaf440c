/* Sees to it that the jail has what is exposed: by copies, or in a mount namespace. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/supply.h"

#include "jail/enter.h"
#include "supply/copy.h"
#include "supply/exposure_log.h"
#include "supply/exposure_mount.h"
#include "supply/namespace.h"
#include "supply/patterns.h"
#include "supply/program_files.h"
#include "supply/refresh.h"
#include "supply/refresher.h"
#include "supply/residue.h"
#include "supply/services.h"
#include "system/log.h"
#include "system/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The files of one program, on their way into the list. */
struct program {
        struct plan *plan;
        const char *service;
        unsigned options;
        struct failure *failure;
};

static int add_file(void *context, const char *path)
{
        struct program *program = context;

        return exposures_add_path(&program->plan->exposures, &program->plan->jail, path,
                program->options, program->service, program->failure);
}

static void tell(const struct plan *plan, const char *before, struct failure *failure)
{
        settings_locate(&plan->settings, failure);
        log_failure(LEVEL_ERROR, before, failure);
}

static void tell_left_out(const struct plan *plan, struct failure *failure)
{
        tell(plan, "left out: ", failure);
}

/* For supply_look(). */
static void tell_unbrought(void *context, struct failure *failure)
{
        tell_left_out(context, failure);
}

/* What somebody else has put in the way must not keep the server from its start. */
static int leave_out(const struct plan *plan, const struct exposure *exposure, int error,
        struct failure *failure)
{
        if (!exposure_may_miss(exposure, failure))
                return error;
        tell_left_out(plan, failure);
        return 0;
}

static int add_files_of(struct plan *plan, const struct exposure *exposure, struct failure *failure)
{
        struct program program = {
                plan, exposure->service, exposure->options & EXPOSURE_LARGE, failure};
        int error = program_files(exposure->source, add_file, &program, failure);

        if (error < 0)
                exposure_blame(exposure, failure);
        return error;
}

static int add_program_files(struct plan *plan,
        void (*left_out)(void *context, struct failure *failure), void *context,
        struct failure *failure)
{
        struct exposures *exposures = &plan->exposures;
        size_t count = exposures->count;
        int error = 0;

        for (size_t i = 0; error == 0 && i < count; i++) {
                /* The list may move as it grows. */
                const struct exposure exposure = exposures->item[i];

                if (!(exposure.options & EXPOSURE_PROGRAM) || !exposure.present)
                        continue;
                error = add_files_of(plan, &exposure, failure);
                if (error == 0 || !exposure_may_miss(&exposure, failure))
                        continue;
                left_out(context, failure);
                error = 0;
                exposures->item[i].options |= EXPOSURE_REFUSED;
        }
        exposures_sort(exposures, plan->settings.isolation);
        return error;
}

static void release(const int *held, size_t count)
{
        for (size_t i = 0; i < count; i++)
                kernel_close_at_end(&held[i]);
}

/* Take hold of all that is to be brought, in @ret_held, which the caller releases. */
static int take_all(struct plan *plan, int *ret_held, struct failure *failure)
{
        int error = 0;

        for (size_t i = 0; i < plan->exposures.count; i++)
                ret_held[i] = -1;
        for (size_t i = 0; error == 0 && i < plan->exposures.count; i++) {
                error = exposure_take(
                        &plan->exposures.item[i], plan->settings.isolation, &ret_held[i], failure);
                if (error < 0)
                        error = leave_out(plan, &plan->exposures.item[i], error, failure);
        }
        return error;
}

static int copy_one(struct plan *plan, size_t i, int held, struct failure *failure)
{
        struct exposure *exposure = &plan->exposures.item[i];
        int error = copy_exposure(&plan->jail, exposure, held, failure);

        exposure->stale = exposure->told = error < 0;
        return error;
}

static int copy_all(struct plan *plan, const int *held, struct failure *failure)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < plan->exposures.count; i++) {
                const struct exposure *exposure = &plan->exposures.item[i];

                if (plan->progress)
                        plan->progress(plan, i);
                if (exposure->options & EXPOSURE_PRIVATE)
                        error = copy_private(&plan->jail, exposure, failure);
                else if (held[i] >= 0)
                        error = copy_one(plan, i, held[i], failure);
                if (error < 0)
                        error = leave_out(plan, exposure, error, failure);
        }
        return error;
}

static int mount_all(struct plan *plan, int *held, struct failure *failure)
{
        bool left_out[plan->exposures.count + 1];
        int fd = namespace_make(plan, held, left_out, failure);

        if (fd < 0)
                return fd;
        jail_take_namespace(&plan->jail, fd);
        for (size_t i = 0; i < plan->exposures.count; i++)
                plan->exposures.item[i].stale = plan->exposures.item[i].told = left_out[i];
        return 0;
}

static int make(struct plan *plan, int *held, struct failure *failure)
{
        int result = take_all(plan, held, failure);

        if (result < 0)
                return result;
        exposures_tell(&plan->exposures);
        result = residue_begin(plan, failure);
        if (result < 0)
                return result;
        if (plan->settings.isolation == ISOLATION_CHROOT)
                return copy_all(plan, held, failure);
        return mount_all(plan, held, failure);
}

int supply_bring(struct plan *plan, struct failure *ret_failure)
{
        int held[plan->exposures.count + 1];
        int error = make(plan, held, ret_failure);

        release(held, plan->exposures.count);
        return error;
}

int supply_look(struct plan *plan, void (*left_out)(void *context, struct failure *failure),
        void *context, struct failure *ret_failure)
{
        enum setting_isolation isolation = plan->settings.isolation;
        int error = patterns_expand(&plan->exposures, &plan->jail, isolation, ret_failure);

        if (error == 0)
                error = exposures_check(&plan->exposures, isolation, ret_failure);
        if (error == 0)
                error = add_program_files(plan, left_out, context, ret_failure);
        return error;
}

int supply_make(struct plan *plan, struct failure *ret_failure)
{
        int error = supply_look(plan, tell_unbrought, plan, ret_failure);

        if (error == 0)
                error = supply_bring(plan, ret_failure);
        exposures_end_start(&plan->exposures);
        return error;
}

/* The server has closed it, with all else that it does not know. */
static bool lost_namespace(const struct plan *plan)
{
        return plan->settings.isolation == ISOLATION_NAMESPACE &&
               !jail_holds_namespace(&plan->jail);
}

/* For the workers to come; it has nothing to do with those before it. */
static void make_again(struct plan *plan)
{
        int held[plan->exposures.count + 1];
        struct failure failure;

        for (size_t i = 0; i < plan->exposures.count; i++)
                if (exposure_take(&plan->exposures.item[i], plan->settings.isolation, &held[i],
                            &failure) < 0)
                        tell_left_out(plan, &failure);
        if (mount_all(plan, held, &failure) < 0)
                tell(plan, "new workers have no mount namespace: ", &failure);
        release(held, plan->exposures.count);
        refresher_end(plan);
}

static void refresh_here(void *argument)
{
        struct plan *plan = argument;
        unsigned char looks[plan->exposures.count + 1];

        if (lost_namespace(plan))
                make_again(plan);
        if (refresh_look(plan, looks))
                refresh(plan, looks);
        refresher_start(plan);
}

static void start_keeper(void *argument)
{
        refresher_start(argument);
}

void supply_keep(struct plan *plan)
{
        const struct refresher *refresher = &plan->refresher;
        const bool parents =
                refresher->pid && refresher->master != getpid() && refresher->master == getppid();

        /* A child of the master that forks, for each connection for example, asks the master's. */
        if (plan->is_template && !parents && !refresher_ask(plan))
                stack_run(start_keeper, plan);
}

static void note_master(void *argument)
{
        struct plan *plan = argument;
        struct failure failure;

        if (jail_hold(&plan->jail, &failure) == 0)
                residue_note_master(plan);
}

void supply_refresh(struct plan *plan)
{
        if (plan->is_template) {
                supply_keep(plan);
                return;
        }
        if (plan->noted != 0 && plan->noted != getpid())
                stack_run(note_master, plan);
        if (lost_namespace(plan) || (refresh_may_be_needed(plan) && !refresher_ask(plan)))
                stack_run(refresh_here, plan);
}
