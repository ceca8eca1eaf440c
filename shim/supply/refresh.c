/* Brings again what has changed outside since it was brought: new copies, or new mounts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/refresh.h"

#include "supply/copy.h"
#include "supply/exposure_log.h"
#include "supply/exposure_mount.h"
#include "supply/namespace.h"
#include "supply/patterns.h"
#include "system/log.h"

#include <sys/stat.h>

bool refresh_may_change(const struct exposure *exposure)
{
        return !S_ISCHR(exposure->seen.mode) && !(exposure->options & EXPOSURE_PRIVATE) &&
               (exposure->present || !pattern_is(exposure->source));
}

bool refresh_may_be_needed(const struct plan *plan)
{
        for (size_t i = 0; i < plan->exposures.count; i++)
                if (refresh_may_change(&plan->exposures.item[i]))
                        return true;
        return false;
}

bool refresh_follows_content(const struct plan *plan, const struct exposure *exposure)
{
        return plan->settings.isolation == ISOLATION_CHROOT || exposure_is_made(exposure);
}

static bool seems_changed(const struct plan *plan, const struct exposure *exposure)
{
        return refresh_may_change(exposure) &&
               (exposure->stale ||
                       exposure_seems_changed(exposure, refresh_follows_content(plan, exposure)));
}

bool refresh_look(const struct plan *plan, unsigned char *ret_looks)
{
        bool any = false;

        for (size_t i = 0; i < plan->exposures.count; i++) {
                bool changed = seems_changed(plan, &plan->exposures.item[i]);

                ret_looks[i] = changed ? LOOK_AGAIN : LOOK_NOT;
                any |= changed;
        }
        return any;
}

static void tell(const struct plan *plan, const char *before, struct failure *failure)
{
        settings_locate(&plan->settings, failure);
        log_failure(LEVEL_ERROR, before, failure);
}

static bool has_changed(
        const struct plan *plan, const struct exposure *before, const struct exposure *now)
{
        if (S_ISCHR(before->seen.mode) && S_ISCHR(now->seen.mode))
                return false;
        return exposure_has_changed(before, now, refresh_follows_content(plan, before));
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
        bool had = exposure->present;

        if (!has_changed(plan, exposure, &now))
                return false;
        *exposure = now;
        exposure->told = false;
        if (error < 0) {
                settings_locate(&plan->settings, &failure);
                log_failure(LEVEL_ERROR, "left out: ", &failure);
        } else if (*ret_held < 0 && had) {
                exposure_tell_gone(exposure, becomes);
        }
        return true;
}

/* It is tried again at each look, and told once for each source. */
static void note(struct exposure *exposure, bool failed)
{
        exposure->stale = exposure->told = failed;
}

static void copy_again(struct plan *plan, size_t i, enum look look)
{
        struct exposure *exposure = &plan->exposures.item[i];
        CLOSED_AT_END int held = -1;
        bool was = exposure->present, changed;
        struct failure failure;
        int error;

        changed = look_again(plan, i, "the jail keeps its copy", &held);
        if (!changed && look != LOOK_DEEP && !exposure->stale)
                return;
        if (held < 0) {
                note(exposure, false);
                return;
        }
        error = copy_exposure(&plan->jail, exposure, held, &failure);
        if (error < 0 && !exposure->told)
                tell(plan, "", &failure);
        if (error == 0 && (changed || S_ISDIR(exposure->seen.mode)))
                exposure_tell_again(exposure, was, "changed");
        note(exposure, error < 0);
}

static void copy_all_again(struct plan *plan, const unsigned char *looks)
{
        for (size_t i = 0; i < plan->exposures.count; i++)
                if (looks[i] != LOOK_NOT && refresh_may_change(&plan->exposures.item[i]))
                        copy_again(plan, i, (enum look)looks[i]);
}

/* What is to be mounted again, one of each for each exposure. */
struct mounting {
        int *held;
        bool *wanted;
        bool *changed;
        bool *was;
        bool *left_out;
};

/* Return: is anything wanted? */
static bool choose(struct plan *plan, const unsigned char *looks, struct mounting *mounting)
{
        bool any = false;

        for (size_t i = 0; i < plan->exposures.count; i++) {
                struct exposure *exposure = &plan->exposures.item[i];

                mounting->held[i] = -1;
                mounting->was[i] = exposure->present;
                mounting->changed[i] =
                        looks[i] != LOOK_NOT && refresh_may_change(exposure) &&
                        look_again(plan, i, "workers do without", &mounting->held[i]);
                mounting->wanted[i] =
                        mounting->changed[i] ||
                        (looks[i] == LOOK_DEEP && refresh_follows_content(plan, exposure)) ||
                        (looks[i] != LOOK_NOT && exposure->stale);
                any |= mounting->wanted[i];
        }
        return any;
}

/* What lies in one that is mounted again is mounted again on it. */
static void choose_within(struct plan *plan, size_t outer, struct mounting *mounting)
{
        size_t end, first = exposures_within(&plan->exposures, outer, &end);

        for (size_t i = first; i < end; i++) {
                struct exposure *exposure = &plan->exposures.item[i], now = *exposure;
                struct failure unused;

                mounting->wanted[i] = true;
                if (exposure->present && mounting->held[i] < 0 &&
                        exposure_take(
                                &now, plan->settings.isolation, &mounting->held[i], &unused) == 0)
                        *exposure = now;
        }
}

static bool all_told(const struct plan *plan, const bool *wanted)
{
        for (size_t i = 0; i < plan->exposures.count; i++)
                if (wanted[i] && !plan->exposures.item[i].told)
                        return false;
        return true;
}

static void conclude(struct plan *plan, const struct mounting *mounting, bool failed)
{
        for (size_t i = 0; i < plan->exposures.count; i++) {
                struct exposure *exposure = &plan->exposures.item[i];

                if (!mounting->wanted[i] && !mounting->left_out[i])
                        continue;
                note(exposure, failed || mounting->left_out[i]);
                if (!exposure->stale && mounting->changed[i] && mounting->held[i] >= 0)
                        exposure_tell_again(exposure, mounting->was[i], "been replaced");
        }
}

static void mount_again(struct plan *plan, const unsigned char *looks)
{
        size_t count = plan->exposures.count;
        int held[count + 1];
        bool wanted[count + 1], changed[count + 1], was[count + 1], left_out[count + 1];
        struct mounting mounting = {held, wanted, changed, was, left_out};
        struct failure failure;
        int error;

        if (choose(plan, looks, &mounting)) {
                for (size_t i = 0; i < count; i++)
                        if (wanted[i])
                                choose_within(plan, i, &mounting);
                error = namespace_change(plan, held, wanted, left_out, &failure);
                if (error < 0 && !all_told(plan, wanted))
                        tell(plan, "workers keep what they have: ", &failure);
                conclude(plan, &mounting, error < 0);
        }
        for (size_t i = 0; i < count; i++)
                kernel_close_at_end(&held[i]);
}

void refresh(struct plan *plan, const unsigned char *looks)
{
        if (plan->settings.isolation == ISOLATION_CHROOT)
                copy_all_again(plan, looks);
        else
                mount_again(plan, looks);
}
