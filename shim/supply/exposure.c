/* Outside paths that the jail is to have: as they are configured, and what is there now. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposure.h"

#include "supply/exposure_options.h"
#include "supply/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void exposure_blame(const struct exposure *exposure, struct failure *failure)
{
        failure->setting = exposure->service ? "services" : "expose";
        failure->service = exposure->service;
}

int exposure_fail(const struct exposure *exposure, struct failure *ret_failure, int error,
        const char *path, const char *reason, const char *remedy)
{
        error = failure_set(ret_failure, error, path, reason, remedy);
        exposure_blame(exposure, ret_failure);
        return error;
}

static int take(struct exposure *exposure, const struct jail *jail, struct failure *failure)
{
        const char *source = exposure->source;
        int error = source ? exposure_parse(exposure, failure)
                           : exposure_fail(exposure, failure, -ENOMEM, NULL, NULL, NULL);

        if (error < 0)
                return error;
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

int exposures_add(struct exposures *exposures, const struct jail *jail, const char *text,
        const char *service, struct failure *ret_failure)
{
        struct exposure exposure = {.source = strdup(text), .service = service};
        struct exposure *longer = NULL;
        int error = take(&exposure, jail, ret_failure);

        if (error == 0) {
                longer = realloc(exposures->item, (exposures->count + 1) * sizeof(*longer));
                if (!longer)
                        error = exposure_fail(&exposure, ret_failure, -ENOMEM, NULL, NULL, NULL);
        }
        if (error < 0) {
                free(exposure.source);
                return error;
        }
        exposure.askers = origin_bit(exposures, service);
        exposure.either = exposure.options & EXPOSURE_EITHER ? exposure.askers : 0;
        exposures->item = longer;
        exposures->item[exposures->count++] = exposure;
        return 0;
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

bool exposure_has_changed(const struct exposure *before, const struct exposure *now, bool content)
{
        const struct file_facts *old = &before->seen, *new = &now->seen;

        /* What cannot be looked at is gone, and that is one change, however often it is seen. */
        if (now->present != before->present || now->left_out != before->left_out ||
                !identity_equal(&new->identity, &old->identity))
                return true;
        return content &&
               (new->size != old->size || new->modified_seconds != old->modified_seconds ||
                       new->modified_nanoseconds != old->modified_nanoseconds ||
                       new->changed_seconds != old->changed_seconds ||
                       new->changed_nanoseconds != old->changed_nanoseconds);
}

bool exposure_seems_changed(const struct exposure *exposure, bool content)
{
        struct exposure now = {0};

        now.present = kernel_facts(AT_FDCWD, exposure->source, 0, &now.seen) == 0;
        return exposure_has_changed(exposure, &now, content);
}

bool exposure_is_there(const struct exposure *exposure, const struct file_facts *there)
{
        return identity_equal(&there->identity, &exposure->seen.identity) ||
               (S_ISLNK(there->mode) && identity_equal(&there->identity, &exposure->link));
}

bool exposures_share(const struct exposures *exposures, const char *path)
{
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];
                size_t length = strlen(exposure->target);

                if (exposure->present && exposure->target == exposure->source &&
                        !(exposure->options & EXPOSURE_PRIVATE) &&
                        strncmp(path, exposure->target, length) == 0 &&
                        (path[length] == '/' || path[length] == '\0'))
                        return true;
        }
        return false;
}

static const char only_in_a_namespace[] = "set isolation = \"namespace\"";

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
                        only_in_a_namespace);
        if (exposure->target != exposure->source && !(exposure->options & EXPOSURE_PRIVATE))
                return exposure_fail(exposure, failure, 0, exposure->source,
                        "it lies in the jail already",
                        "remove it, or set isolation = \"namespace\"");
        return 0;
}

bool exposure_may_miss(const struct exposure *exposure, const struct failure *failure)
{
        return failure->planted && !(exposure->options & EXPOSURE_REQUIRED);
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

/* What is there is of the wrong kind: who may have put it there? */
static int fail_kind(const struct exposure *exposure, const char *kind, const char *reason,
        const char *remedy, struct failure *failure)
{
        /* The socket of a service is what that is asked for, whoever runs the service. */
        bool asked = S_ISSOCK(exposure->seen.mode) && exposure->service;
        bool foreign = !asked && place_is_foreign(exposure->source, failure) > 0;
        int error = exposure_fail(exposure, failure, 0, exposure->source, reason, remedy);

        if (kind)
                failure_reason(failure, "it is a %s, which cannot be copied into the jail", kind);
        failure_plant(failure, foreign);
        return error;
}

/* What is there: can it be copied? */
static int check_copied(const struct exposure *exposure, struct failure *failure)
{
        const char *kind = NULL;
        unsigned mode = exposure->seen.mode;

        if (S_ISSOCK(mode))
                kind = "socket";
        else if (S_ISFIFO(mode))
                kind = "FIFO";
        else if (S_ISBLK(mode))
                kind = "block device";
        return kind ? fail_kind(exposure, kind, NULL, only_in_a_namespace, failure) : 0;
}

static int check_kind(
        const struct exposure *exposure, enum setting_isolation isolation, struct failure *failure)
{
        if ((exposure->options & (EXPOSURE_NAMES | EXPOSURE_PROGRAM)) && exposure->present &&
                !S_ISREG(exposure->seen.mode))
                return fail_kind(
                        exposure, NULL, "it is not a regular file", "correct the path", failure);
        return isolation == ISOLATION_CHROOT ? check_copied(exposure, failure) : 0;
}

/* What cannot be opened; or a link that is not followed, of which all is said. */
static int fail_to_take(const struct exposure *exposure, int error, struct failure *failure)
{
        bool planted = failure->planted;

        if (error == -ELOOP && failure->error == 0)
                exposure_blame(exposure, failure);
        else
                exposure_fail(exposure, failure, error, exposure->source, NULL, "correct the path");
        failure->planted = planted;
        return error;
}

static int take_what_is_there(struct exposure *exposure, enum setting_isolation isolation,
        int *ret_fd, struct failure *failure)
{
        struct file_facts unused;
        int error;

        if (exposure->options & EXPOSURE_PRIVATE) {
                *ret_fd = -1;
                exposure->present = true;
                exposure->seen.mode = S_IFDIR | 01777;
                return 0;
        }
        /* What is mounted when somebody looks (autofs, systemd.automount(5)) O_PATH leaves alone.
         */
        kernel_facts(AT_FDCWD, exposure->source, 0, &unused);
        *ret_fd = place_open(exposure->source, true, &exposure->link, failure);
        if (*ret_fd == -ENOENT || *ret_fd == -ENOTDIR)
                return check_kind(exposure, isolation, failure);
        if (*ret_fd < 0)
                return fail_to_take(exposure, *ret_fd, failure);
        error = kernel_facts(*ret_fd, "", 0, &exposure->seen);
        if (error < 0)
                return exposure_fail(exposure, failure, error, exposure->source, NULL, NULL);
        exposure->present = true;
        return check_kind(exposure, isolation, failure);
}

int exposure_take(struct exposure *exposure, enum setting_isolation isolation, int *ret_fd,
        struct failure *ret_failure)
{
        int fd, error;

        exposure->present = exposure->left_out = false;
        memset(&exposure->seen, 0, sizeof(exposure->seen));
        error = take_what_is_there(exposure, isolation, &fd, ret_failure);
        *ret_fd = error == 0 && fd >= 0 ? fd : -1;
        if (error == 0)
                return 0;
        kernel_close_at_end(&fd);
        exposure->left_out = true;
        exposure->present = false;
        memset(&exposure->seen, 0, sizeof(exposure->seen));
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
