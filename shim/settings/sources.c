/* The files that the settings were read from: the file of settings, and what it includes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int grow(struct settings_sources *sources, size_t more)
{
        struct settings_source *longer =
                realloc(sources->item, (sources->count + more) * sizeof(*longer));

        if (!longer)
                return -ENOMEM;
        sources->item = longer;
        return 0;
}

const char *sources_add(struct settings_sources *sources, const struct settings_source *source)
{
        struct settings_source copy = *source;

        copy.path = strdup(source->path);
        copy.pattern = source->pattern ? strdup(source->pattern) : NULL;
        if (!copy.path || (source->pattern && !copy.pattern) || grow(sources, 1) < 0) {
                free(copy.path);
                free(copy.pattern);
                return NULL;
        }
        sources->item[sources->count++] = copy;
        return copy.path;
}

int sources_move(struct settings_sources *to, struct settings_sources *from)
{
        if (from->count == 0)
                return 0;
        if (grow(to, from->count) < 0)
                return -ENOMEM;
        memcpy(to->item + to->count, from->item, from->count * sizeof(*from->item));
        to->count += from->count;
        free(from->item);
        *from = (struct settings_sources){NULL, 0};
        return 0;
}

void sources_release(struct settings_sources *sources)
{
        for (size_t i = 0; i < sources->count; i++) {
                free(sources->item[i].path);
                free(sources->item[i].pattern);
        }
        free(sources->item);
        *sources = (struct settings_sources){NULL, 0};
}
