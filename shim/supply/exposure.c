/* One outside path that the jail is to have: what is there now, and what has changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposure.h"

#include "supply/place.h"

#include <errno.h>
#include <fcntl.h>
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

bool exposure_may_miss(const struct exposure *exposure, const struct failure *failure)
{
        return failure->planted && !(exposure->options & EXPOSURE_REQUIRED);
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
        return kind ? fail_kind(exposure, kind, NULL, "set isolation = \"namespace\"", failure) : 0;
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
