/* What the log says of the paths that the jail is to have: what comes, is absent, changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposure_log.h"

#include "supply/patterns.h"
#include "system/log.h"

#include <string.h>

/* A service of which nothing is there does nothing: that is hardly meant. It is told of the first.
 */
static bool tells_of_nothing(const struct exposures *exposures, const struct exposure *exposure)
{
        const char *origin = exposure_origin(exposure);

        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *other = &exposures->item[i];

                if (strcmp(exposure_origin(other), origin) != 0)
                        continue;
                if (other->present || (other < exposure && other->service))
                        return false;
        }
        return true;
}

static void tell_absent(const struct exposures *exposures, const struct exposure *exposure)
{
        const char *origin = exposure_origin(exposure);

        if (!(exposure->options & EXPOSURE_OPTIONAL))
                log_line(LEVEL_WARNING, origin, ": ", exposure->source, " is absent: ",
                        exposure->options & EXPOSURE_PROGRAM || pattern_is(exposure->source)
                                ? "install it, and start the server again"
                                : "new workers have it once it is there",
                        NULL);
        else if (tells_of_nothing(exposures, exposure))
                log_line(LEVEL_WARNING, origin, ": ", exposure->source,
                        " is absent, and all else that it would bring: start what makes it", NULL);
}

void exposures_tell(const struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (exposure->left_out)
                        continue;
                log_line(exposure->present ? LEVEL_INFO : LEVEL_DEBUG, exposure_origin(exposure),
                        " brings ", exposure->source, exposure->present ? "" : ": it is absent",
                        exposure->options & EXPOSURE_WRITABLE ? ", writable" : "", NULL);
                if (!exposure->present)
                        tell_absent(exposures, exposure);
        }
}

void exposure_tell_gone(const struct exposure *exposure, const char *becomes)
{
        log_line(LEVEL_WARNING, exposure_origin(exposure), ": ", exposure->source,
                " is gone: ", becomes, NULL);
}

void exposure_tell_again(const struct exposure *exposure, bool was, const char *how)
{
        log_line(LEVEL_INFO, exposure_origin(exposure), " brings ", exposure->source,
                was ? " again: it has " : ": it has ", was ? how : "appeared", NULL);
}
