/* What the log says of the paths that the jail is to have: what comes, is absent, changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposure_log.h"

#include "supply/patterns.h"
#include "system/log.h"
#include "system/text.h"

#include <string.h>

/* Room for the paths that one line names. */
#define PATHS_SIZE 1024

/* What is looked for by a pattern, or with what it needs, is looked for at the start alone. */
static bool comes_later(const struct exposure *exposure)
{
        return !(exposure->options & EXPOSURE_PROGRAM) && !pattern_is(exposure->source);
}

/* Those that are marked by "either" tell whether a service has what it is for; else all do. */
static bool is_marked(const struct exposures *exposures, uint64_t origin)
{
        for (size_t i = 0; i < exposures->count; i++)
                if (exposures->item[i].either & origin)
                        return true;
        return false;
}

static bool counts(const struct exposure *exposure, uint64_t origin, bool marked)
{
        return (marked ? exposure->either : exposure->askers) & origin;
}

/* Is one of the alternatives there, or told of otherwise? */
static bool has_one(const struct exposures *exposures, uint64_t origin, bool marked)
{
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (counts(exposure, origin, marked) &&
                        (exposure->present || exposure->left_out ||
                                !(exposure->options & EXPOSURE_OPTIONAL)))
                        return true;
        }
        return false;
}

static void tell_missing(const char *origin, const char *paths, bool later)
{
        log_line(LEVEL_WARNING, origin, later ? " waits for " : " finds no ", paths,
                later ? ": it comes when it is there" : ": install it, and start the server again",
                NULL);
}

/* Of the alternatives, those that come later; or those that do not. */
static void tell_alternatives(
        const struct exposures *exposures, size_t number, bool marked, bool later)
{
        size_t count = 0, named = 0;
        char list[PATHS_SIZE];
        struct text text = text_in(list, sizeof(list));

        for (size_t i = 0; i < exposures->count; i++)
                count += counts(&exposures->item[i], 1ULL << number, marked) &&
                         comes_later(&exposures->item[i]) == later;
        for (size_t i = 0; named < count; i++)
                if (counts(&exposures->item[i], 1ULL << number, marked) &&
                        comes_later(&exposures->item[i]) == later)
                        text_add_item(&text, exposures->item[i].source, named++, count, "or");
        if (count > 0)
                tell_missing(exposures_origin_name(exposures->origin[number]), list, later);
}

/* A service of which nothing is there does nothing: that is hardly meant. What `expose` has is no
 * service: it lacks nothing but what is marked. */
static void tell_nothing(const struct exposures *exposures, size_t number)
{
        bool marked = is_marked(exposures, 1ULL << number);

        if ((!exposures->origin[number] && !marked) || has_one(exposures, 1ULL << number, marked))
                return;
        tell_alternatives(exposures, number, marked, true);
        tell_alternatives(exposures, number, marked, false);
}

void exposures_tell(const struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->origin_count; i++)
                tell_nothing(exposures, i);
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (exposure->left_out)
                        continue;
                log_line(exposure->present ? LEVEL_INFO : LEVEL_DEBUG, exposure_origin(exposure),
                        " brings ", exposure->source, exposure->present ? "" : ": it is absent",
                        exposure->options & EXPOSURE_WRITABLE ? ", writable" : "", NULL);
                if (!exposure->present && !(exposure->options & EXPOSURE_OPTIONAL))
                        tell_missing(
                                exposure_origin(exposure), exposure->source, comes_later(exposure));
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
