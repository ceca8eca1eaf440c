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

static bool is_of(const struct exposure *exposure, const char *origin)
{
        return strcmp(exposure_origin(exposure), origin) == 0;
}

/* Those that are marked by "either" tell whether a service has what it is for; else all do. */
static unsigned mark_of(const struct exposures *exposures, const char *origin)
{
        for (size_t i = 0; i < exposures->count; i++)
                if (is_of(&exposures->item[i], origin) &&
                        (exposures->item[i].options & EXPOSURE_EITHER))
                        return EXPOSURE_EITHER;
        return 0;
}

/* Return: of how many alternatives none is there; 0 if one is, or if what is missing is told. */
static size_t count_missing(const struct exposures *exposures, const char *origin, unsigned mark)
{
        size_t count = 0;

        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (!is_of(exposure, origin) || (exposure->options & mark) != mark)
                        continue;
                if (exposure->present || exposure->left_out ||
                        !(exposure->options & EXPOSURE_OPTIONAL))
                        return 0;
                count++;
        }
        return count;
}

static void tell_missing(const char *origin, const char *paths, bool later)
{
        log_line(LEVEL_WARNING, origin, later ? " waits for " : " finds no ", paths,
                later ? ": it comes when it is there" : ": install it, and start the server again",
                NULL);
}

/* A service of which nothing is there does nothing: that is hardly meant. */
static void tell_nothing(const struct exposures *exposures, const char *origin)
{
        unsigned mark = mark_of(exposures, origin);
        size_t count = count_missing(exposures, origin, mark), named = 0;
        char list[PATHS_SIZE];
        struct text text = text_in(list, sizeof(list));
        bool later = false;

        for (size_t i = 0; named < count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (!is_of(exposure, origin) || (exposure->options & mark) != mark)
                        continue;
                text_add_item(&text, exposure->source, named++, count, "or");
                later |= comes_later(exposure);
        }
        if (count > 0)
                tell_missing(origin, list, later);
}

/* What `expose` has is no service: it lacks nothing but what is marked. */
static bool is_first(const struct exposures *exposures, const struct exposure *exposure)
{
        const char *origin = exposure_origin(exposure);

        for (const struct exposure *other = exposures->item; other < exposure; other++)
                if (is_of(other, origin))
                        return false;
        return exposure->service || mark_of(exposures, origin);
}

void exposures_tell(const struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (is_first(exposures, exposure))
                        tell_nothing(exposures, exposure_origin(exposure));
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
