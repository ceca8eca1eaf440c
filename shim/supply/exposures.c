/* The list of outside paths that the jail is to have: each once, and all of them checked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposures.h"

#include "supply/exposure_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where it is to be in the jail, which must not be in it. */
static int find_target(struct exposure *exposure, const struct jail *jail, struct failure *failure)
{
        const char *source = exposure->source;

        exposure->target = path_inside(&jail->prefixes, source);
        if (path_relate(&jail->prefixes, source) == PATH_ANCESTOR || !exposure->target[1])
                return exposure_fail(exposure, failure, 0, source, "it has the whole jail in it",
                        "name what lies beside it");
        return 0;
}

/* The bit of @service in the masks of exposures. */
static uint64_t origin_bit(struct exposures *exposures, const char *service)
{
        size_t i = 0;

        while (i < exposures->origin_count && strcmp(exposures_origin_name(exposures->origin[i]),
                                                      exposures_origin_name(service)) != 0)
                i++;
        if (i == EXPOSURE_ORIGINS)
                i--;
        else if (i == exposures->origin_count)
                exposures->origin[exposures->origin_count++] = service;
        return 1ULL << i;
}

/* Takes over its source, also where it fails. */
static int append(struct exposures *exposures, const struct jail *jail, struct exposure *exposure,
        struct failure *failure)
{
        struct exposure *longer = NULL;
        int error = find_target(exposure, jail, failure);

        if (error == 0) {
                longer = realloc(exposures->item, (exposures->count + 1) * sizeof(*longer));
                if (!longer)
                        error = exposure_fail(exposure, failure, -ENOMEM, NULL, NULL, NULL);
        }
        if (error < 0) {
                free(exposure->source);
                return error;
        }
        exposure->askers = origin_bit(exposures, exposure->service);
        exposure->either = exposure->options & EXPOSURE_EITHER ? exposure->askers : 0;
        exposures->item = longer;
        exposures->item[exposures->count++] = *exposure;
        return 0;
}

int exposures_add(struct exposures *exposures, const struct jail *jail, const char *text,
        const char *service, struct failure *ret_failure)
{
        struct exposure exposure = {.source = strdup(text), .service = service};
        int error = exposure.source
                            ? exposure_parse(&exposure, ret_failure)
                            : exposure_fail(&exposure, ret_failure, -ENOMEM, NULL, NULL, NULL);

        if (error < 0) {
                free(exposure.source);
                return error;
        }
        return append(exposures, jail, &exposure, ret_failure);
}

int exposures_add_path(struct exposures *exposures, const struct jail *jail, const char *path,
        unsigned options, const char *service, struct failure *ret_failure)
{
        struct exposure exposure = {.source = strdup(path), .service = service, .options = options};

        if (!exposure.source)
                return exposure_fail(&exposure, ret_failure, -ENOMEM, NULL, NULL, NULL);
        return append(exposures, jail, &exposure, ret_failure);
}

static int compare(const void *a, const void *b)
{
        return strcmp(((const struct exposure *)a)->target, ((const struct exposure *)b)->target);
}

/* Take @next into @last, which has the same target. It is optional or private only if both are. */
static void unite(struct exposure *last, struct exposure *next)
{
        const unsigned common = EXPOSURE_OPTIONAL | EXPOSURE_PRIVATE;
        unsigned both = last->options & next->options & common;

        last->options = ((last->options | next->options) & ~common) | both;
        last->askers |= next->askers;
        last->either |= next->either;
        free(next->source);
}

/* What is for a namespace is no part of a copied jail; but nobody may miss what is required. */
static bool is_left_out(const struct exposure *exposure, enum setting_isolation isolation)
{
        if (exposure->options & EXPOSURE_REFUSED)
                return true;
        return (exposure->options & EXPOSURE_NAMESPACE) && isolation == ISOLATION_CHROOT &&
               !(exposure->options & EXPOSURE_REQUIRED);
}

void exposures_sort(struct exposures *exposures, enum setting_isolation isolation)
{
        struct exposure *kept = exposures->item;

        if (exposures->count > 0)
                qsort(exposures->item, exposures->count, sizeof(*exposures->item), compare);
        for (size_t i = 0; i < exposures->count; i++) {
                struct exposure *next = &exposures->item[i];

                if (is_left_out(next, isolation))
                        free(next->source);
                else if (kept > exposures->item && strcmp(kept[-1].target, next->target) == 0)
                        unite(&kept[-1], next);
                else
                        *kept++ = *next;
        }
        exposures->count = (size_t)(kept - exposures->item);
}

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

/* What is asked for: can a copy have it? */
static int check_copy_settings(const struct exposure *exposure, struct failure *failure)
{
        if (exposure->options & EXPOSURE_NAMESPACE)
                return exposure_fail(exposure, failure, 0, exposure->source,
                        "it is required, and comes in a mount namespace only",
                        "set isolation = \"namespace\", or take the word required away");
        if (exposure->options & (EXPOSURE_WRITABLE | EXPOSURE_SLAVE))
                return exposure_fail(exposure, failure, 0, exposure->source,
                        "it can be writable or slave in a mount namespace only",
                        "set isolation = \"namespace\"");
        if (exposure->target != exposure->source && !(exposure->options & EXPOSURE_PRIVATE))
                return exposure_fail(exposure, failure, 0, exposure->source,
                        "it lies in the jail already",
                        "remove it, or set isolation = \"namespace\"");
        return 0;
}

void exposures_end_start(struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++)
                exposures->item[i].options &= ~(unsigned)EXPOSURE_REQUIRED;
}

int exposures_check_settings(const struct exposures *exposures, enum setting_isolation isolation,
        struct failure *ret_failure)
{
        int error = 0;

        for (size_t i = 0; error == 0 && isolation == ISOLATION_CHROOT && i < exposures->count; i++)
                error = check_copy_settings(&exposures->item[i], ret_failure);
        return error;
}

/* Also where it is there, and cannot be brought: then the failure has said so. */
static int check_required(const struct exposure *exposure, int error, struct failure *failure)
{
        if (!(exposure->options & EXPOSURE_REQUIRED) || exposure->present)
                return 0;
        return error < 0 ? error
                         : exposure_fail(exposure, failure, 0, exposure->source,
                                   "it is required, and is not there",
                                   "start or install what makes it before the server, or take the "
                                   "word required away");
}

int exposures_check(
        struct exposures *exposures, enum setting_isolation isolation, struct failure *ret_failure)
{
        for (size_t i = 0; i < exposures->count; i++) {
                CLOSED_AT_END int fd = -1;
                int error = exposure_take(&exposures->item[i], isolation, &fd, ret_failure);

                if (error < 0 && !ret_failure->planted)
                        return error;
                error = check_required(&exposures->item[i], error, ret_failure);
                if (error < 0)
                        return error;
        }
        return 0;
}
