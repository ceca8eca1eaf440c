/* Makes the plan of one jail as a start would, and says what is wrong with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_plan.h"

#include "command/memory.h"
#include "jail/enter.h"
#include "supply/place.h"
#include "supply/publication.h"
#include "supply/services.h"
#include "supply/supply.h"

#include <stdlib.h>
#include <string.h>

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

void check_plan_supply(struct check *check)
{
        struct failure failure = {0};

        check->usable = jail_hold(&check->plan.jail, &failure) == 0;
        if (check->usable)
                check_supply(check);
        else
                findings_add_failure(&check->findings, FINDING_ERROR, "jail", &failure);
}

void check_plan(struct check *check)
{
        struct failure failure = {0};

        if (plan_check(&check->plan, &failure) == 0)
                check_plan_supply(check);
        else
                findings_add_failure(&check->findings, FINDING_ERROR, "jail", &failure);
}
