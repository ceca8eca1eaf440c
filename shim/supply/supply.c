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
#include "supply/services.h"
#include "system/log.h"
#include "system/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The files of one program, on their way into the list. */
struct program {
        struct plan *plan;
        const char *service;
        struct failure *failure;
};

static int add_file(void *context, const char *path)
{
        struct program *program = context;

        return exposures_add(&program->plan->exposures, &program->plan->jail, path,
                program->service, program->failure);
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

/* What somebody else has put in the way must not keep the server from its start. */
static int leave_out(const struct plan *plan, int error, struct failure *failure)
{
        if (!failure->planted)
                return error;
        tell_left_out(plan, failure);
        return 0;
}

static int add_files_of(struct plan *plan, const struct exposure *exposure, struct failure *failure)
{
        struct program program = {plan, exposure->service, failure};
        int error = program_files(exposure->source, add_file, &program, failure);

        if (error < 0)
                exposure_blame(exposure, failure);
        return error;
}

static int add_program_files(struct plan *plan, struct failure *failure)
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
                if (error == 0 || leave_out(plan, error, failure) < 0)
                        continue;
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
                        error = leave_out(plan, error, failure);
        }
        return error;
}

static int copy_one(struct plan *plan, size_t i, int held, struct failure *failure)
{
        struct exposure *exposure = &plan->exposures.item[i];
        int error = copy_exposure(&plan->jail, exposure, held, failure);

        /* As if it had not been seen: the next fork tries again. */
        if (error < 0)
                memset(&exposure->seen, 0, sizeof(exposure->seen));
        return error;
}

static int copy_all(struct plan *plan, const int *held, struct failure *failure)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < plan->exposures.count; i++) {
                const struct exposure *exposure = &plan->exposures.item[i];

                if (exposure->options & EXPOSURE_PRIVATE)
                        error = copy_private(&plan->jail, exposure, failure);
                else if (held[i] >= 0)
                        error = copy_one(plan, i, held[i], failure);
                if (error < 0)
                        error = leave_out(plan, error, failure);
        }
        return error;
}

static int make(struct plan *plan, int *held, struct failure *failure)
{
        int result = take_all(plan, held, failure);

        if (result < 0)
                return result;
        exposures_tell(&plan->exposures);
        if (plan->settings.isolation == ISOLATION_CHROOT)
                return copy_all(plan, held, failure);
        result = namespace_make(plan, held, failure);
        if (result < 0)
                return result;
        jail_take_namespace(&plan->jail, result);
        return 0;
}

static int hold_and_make(struct plan *plan, struct failure *failure)
{
        int held[plan->exposures.count + 1];
        int error = make(plan, held, failure);

        release(held, plan->exposures.count);
        return error;
}

int supply_make(struct plan *plan, struct failure *ret_failure)
{
        enum setting_isolation isolation = plan->settings.isolation;
        int error = patterns_expand(&plan->exposures, &plan->jail, isolation, ret_failure);

        if (error == 0)
                error = exposures_check(&plan->exposures, isolation, ret_failure);
        if (error == 0)
                error = add_program_files(plan, ret_failure);
        return error < 0 ? error : hold_and_make(plan, ret_failure);
}

/* Does it matter that it has been written to, not only that it has been replaced? */
static bool is_copied(const struct plan *plan, const struct exposure *exposure)
{
        return plan->settings.isolation == ISOLATION_CHROOT || exposure_is_made(exposure);
}

/* A device does not come and go, nor does what is made here. */
static bool seems_stale(const struct plan *plan, const struct exposure *exposure)
{
        return !S_ISCHR(exposure->seen.mode) && !(exposure->options & EXPOSURE_PRIVATE) &&
               exposure_seems_changed(exposure, is_copied(plan, exposure));
}

static bool has_changed(
        const struct plan *plan, const struct exposure *exposure, const struct exposure *now)
{
        if (S_ISCHR(exposure->seen.mode) && S_ISCHR(now->seen.mode))
                return false;
        return exposure_has_changed(exposure, now, is_copied(plan, exposure));
}

/*
 * Look at exposure @i again, and hold it. Return: is there another one, to be brought? What is gone
 * or put wrong is told, with what @becomes of it; then *ret_held is -1.
 */
static bool look_again(struct plan *plan, size_t i, const char *becomes, int *ret_held)
{
        struct exposure *exposure = &plan->exposures.item[i], now = *exposure;
        struct failure failure;
        int error = exposure_take(&now, plan->settings.isolation, ret_held, &failure);

        if (!has_changed(plan, exposure, &now))
                return false;
        *exposure = now;
        if (error < 0)
                tell_left_out(plan, &failure);
        else if (*ret_held < 0)
                exposure_tell_gone(exposure, becomes);
        return true;
}

static void copy_again(struct plan *plan)
{
        for (size_t i = 0; i < plan->exposures.count; i++) {
                const struct exposure *exposure = &plan->exposures.item[i];
                CLOSED_AT_END int held = -1;
                bool was = exposure->present;
                struct failure failure;

                if (!seems_stale(plan, exposure) ||
                        !look_again(plan, i, "the jail keeps its copy", &held) || held < 0)
                        continue;
                if (copy_one(plan, i, held, &failure) < 0)
                        tell(plan, "", &failure);
                else
                        exposure_tell_again(exposure, was, "changed");
        }
}

/* Look again, and hold all; exposures.stale if any has been replaced. */
static void hold_again(struct plan *plan, int *ret_held)
{
        for (size_t i = 0; i < plan->exposures.count; i++) {
                const struct exposure *exposure = &plan->exposures.item[i];
                bool was = exposure->present;

                ret_held[i] = -1;
                if (!look_again(plan, i, "new workers do without", &ret_held[i]))
                        continue;
                plan->exposures.stale = true;
                if (ret_held[i] >= 0)
                        exposure_tell_again(exposure, was, "been replaced");
        }
}

static void mount_again(struct plan *plan, int *held)
{
        struct failure failure;
        int fd = namespace_make(plan, held, &failure);

        if (fd < 0) {
                plan->exposures.stale = true;
                tell(plan, "new workers get what there was before: ", &failure);
                return;
        }
        jail_take_namespace(&plan->jail, fd);
}

static void hold_and_mount_again(struct plan *plan)
{
        int held[plan->exposures.count + 1];

        hold_again(plan, held);
        if (plan->exposures.stale)
                mount_again(plan, held);
        release(held, plan->exposures.count);
}

static void refresh(void *argument)
{
        struct plan *plan = argument;

        if (plan->settings.isolation == ISOLATION_CHROOT)
                copy_again(plan);
        else
                hold_and_mount_again(plan);
}

/* The server has closed it, with all else that it does not know. */
static bool lost_namespace(struct plan *plan)
{
        bool lost = plan->settings.isolation == ISOLATION_NAMESPACE &&
                    !jail_holds_namespace(&plan->jail);

        plan->exposures.stale |= lost;
        return lost;
}

void supply_refresh(struct plan *plan)
{
        bool stale = plan->exposures.stale || lost_namespace(plan);

        for (size_t i = 0; !stale && i < plan->exposures.count; i++)
                stale = seems_stale(plan, &plan->exposures.item[i]);
        if (stale)
                stack_run(refresh, plan);
}
