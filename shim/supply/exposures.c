/* The list of outside paths that the jail is to have: each once, and all of them checked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposures.h"

#include "supply/exposure_options.h"

#include <errno.h>
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
