/* Watches the sources of what all users have, each once however many users have it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/keeper_watch.h"

#include "supply/refresh.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

int keeper_watch_begin(struct keeper_watch *watch, const struct plan *template)
{
        *watch = (struct keeper_watch){.watch = SOURCE_WATCH_NONE, .sources = PLAN_NONE};
        watch->sources.settings.isolation = template->settings.isolation;
        watch->mounts = kernel_open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
        return source_watch_begin(&watch->watch, &watch->sources);
}

static bool is_same(const struct exposure *source, const struct exposure *exposure)
{
        return source->options == exposure->options && !source->service == !exposure->service &&
               strcmp(source->source, exposure->source) == 0;
}

/* Return: a free place, at the end if there is none before; KEEPER_UNWATCHED without memory. */
static size_t find_room(struct keeper_watch *watch)
{
        struct exposures *sources = &watch->sources.exposures;
        struct exposure *longer;
        unsigned *uses;

        for (size_t i = 0; i < sources->count; i++)
                if (watch->uses[i] == 0)
                        return i;
        longer = realloc(sources->item, (sources->count + 1) * sizeof(*longer));
        if (longer)
                sources->item = longer;
        uses = longer ? realloc(watch->uses, (sources->count + 1) * sizeof(*uses)) : NULL;
        if (!uses)
                return KEEPER_UNWATCHED;
        watch->uses = uses;
        watch->uses[sources->count] = 0;
        return sources->count++;
}

/* Its own copy of what tells whether it may change. */
static size_t add_source(struct keeper_watch *watch, const struct exposure *exposure)
{
        char *text = strdup(exposure->source);
        size_t at = text ? find_room(watch) : KEEPER_UNWATCHED;
        struct exposure *source;

        if (at == KEEPER_UNWATCHED) {
                free(text);
                return at;
        }
        source = &watch->sources.exposures.item[at];
        *source = *exposure;
        source->source = text;
        source->target = text;
        watch->uses[at] = 1;
        source_watch_add(&watch->watch, &watch->sources, at);
        return at;
}

static size_t find_or_add(struct keeper_watch *watch, const struct exposure *exposure)
{
        const struct exposures *sources = &watch->sources.exposures;

        if (!refresh_may_change(exposure))
                return KEEPER_UNWATCHED;
        for (size_t i = 0; i < sources->count; i++) {
                if (watch->uses[i] == 0 || !is_same(&sources->item[i], exposure))
                        continue;
                watch->uses[i]++;
                return i;
        }
        return add_source(watch, exposure);
}

size_t *keeper_watch_add(struct keeper_watch *watch, const struct plan *plan)
{
        size_t *map = calloc(plan->exposures.count + 1, sizeof(*map));

        for (size_t i = 0; map && i < plan->exposures.count; i++)
                map[i] = find_or_add(watch, &plan->exposures.item[i]);
        return map;
}

void keeper_watch_remove(struct keeper_watch *watch, size_t *map, size_t count)
{
        for (size_t i = 0; map && i < count; i++) {
                struct exposure *source;

                if (map[i] == KEEPER_UNWATCHED || --watch->uses[map[i]] > 0)
                        continue;
                source = &watch->sources.exposures.item[map[i]];
                free(source->source);
                /* What cannot change is not watched. */
                *source = (struct exposure){.options = EXPOSURE_PRIVATE};
        }
        free(map);
}

void keeper_watch_read(struct keeper_watch *watch, bool mounted, unsigned char *ret_looks)
{
        const struct exposures *sources = &watch->sources.exposures;

        memset(ret_looks, LOOK_NOT, sources->count);
        for (size_t i = 0; mounted && i < sources->count; i++)
                if (watch->uses[i] > 0)
                        source_watch_add_way(&watch->watch, &watch->sources, i);
        if (source_watch_read(&watch->watch, &watch->sources, ret_looks))
                source_watch_begin(&watch->watch, &watch->sources);
        /* Before anything is looked at: so what changes meanwhile is seen. */
        for (size_t i = 0; i < sources->count; i++)
                if (ret_looks[i] != LOOK_NOT && watch->uses[i] > 0)
                        source_watch_add(&watch->watch, &watch->sources, i);
}
