/* Finds exposures by their place in the jail, and those that have one path on both sides. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_shared(const struct exposure *exposure)
{
        return exposure->present && exposure->target == exposure->source &&
               !(exposure->options & EXPOSURE_PRIVATE);
}

/* The first whose target is not before the first @length bytes of @path with @end behind them. */
static size_t find_first(
        const struct exposures *exposures, const char *path, size_t length, unsigned char end)
{
        size_t low = 0, high = exposures->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const char *target = exposures->item[middle].target;
                int order = strncmp(target, path, length);

                if (order < 0 || (order == 0 && (unsigned char)target[length] < end))
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* The one whose target is the first @length bytes of @path; or NULL. */
static const struct exposure *find(
        const struct exposures *exposures, const char *path, size_t length)
{
        size_t i = find_first(exposures, path, length, '\0');
        const struct exposure *exposure;

        /* Where there is none at all, there is no array, either. */
        if (i == exposures->count)
                return NULL;
        exposure = &exposures->item[i];
        return strncmp(exposure->target, path, length) == 0 && exposure->target[length] == '\0'
                       ? exposure
                       : NULL;
}

size_t exposures_within(const struct exposures *exposures, size_t outer, size_t *ret_end)
{
        const char *target = exposures->item[outer].target;
        size_t length = strlen(target);

        *ret_end = find_first(exposures, target, length, '/' + 1);
        return find_first(exposures, target, length, '/');
}

/* Is what one of the first @length bytes of @path name, up to a slash or the end, shared? */
static bool begins_shared(const struct exposures *exposures, const char *path, size_t length)
{
        for (size_t i = 1; i <= length; i++) {
                bool ends = path[i] == '/' || path[i] == '\0';
                const struct exposure *exposure = ends ? find(exposures, path, i) : NULL;

                if (exposure && is_shared(exposure))
                        return true;
        }
        return false;
}

bool exposures_share(const struct exposures *exposures, const char *path)
{
        return begins_shared(exposures, path, strlen(path));
}

char *exposures_write_shared(const struct exposures *exposures)
{
        char *all = NULL;
        size_t size = 0, length = 0;
        FILE *stream = open_memstream(&all, &size);

        if (!stream)
                return NULL;
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];
                const char *target = exposure->target;
                size_t more = strlen(target) + 1;

                if (!is_shared(exposure) || begins_shared(exposures, target, more - 2) ||
                        length + more > EXPOSURES_SHARED_SIZE)
                        continue;
                fprintf(stream, "%s%s", length > 0 ? "," : "", target);
                length += more;
        }
        if (fclose(stream) == 0)
                return all;
        free(all);
        return NULL;
}

static int add_shared(struct exposures *exposures, const char *path)
{
        struct exposure shared = {.source = strdup(path), .present = true};
        struct exposure *longer =
                shared.source ? realloc(exposures->item, (exposures->count + 1) * sizeof(*longer))
                              : NULL;

        if (!longer) {
                free(shared.source);
                return -ENOMEM;
        }
        shared.target = shared.source;
        exposures->item = longer;
        exposures->item[exposures->count++] = shared;
        return 0;
}

int exposures_read_shared(struct exposures *exposures, const char *text)
{
        char *copy = strdup(text), *rest = copy, *path;
        int error = copy ? 0 : -ENOMEM;

        while (error == 0 && text[0] && (path = strsep(&rest, ",")))
                error = path[0] == '/' ? add_shared(exposures, path) : -EINVAL;
        free(copy);
        return error;
}
