/* The files of the workers' namespace that are made for it: names of passwd(5) and group(5). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_names.h"

#include "supply/account_files.h"
#include "supply/copy.h"
#include "supply/exposure_mount.h"
#include "supply/namespace_attach.h"
#include "supply/place.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail_to_open(
        struct namespace_builder *builder, const struct exposure *exposure, int error)
{
        bool busy = error == -EAGAIN;

        exposure_fail(exposure, &builder->report.failure, error, exposure->source,
                busy ? "it is busy" : "it cannot be taken",
                busy ? "end the program that has a lease of it" : NULL);
        /* Its owner has a lease of it (fcntl(2)), and would make the server wait. */
        builder->report.failure.planted = busy;
        return namespace_leave_out(builder, exposure, error);
}

int namespace_names_take(struct namespace_builder *builder)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < builder->plan->exposures.count; i++) {
                const struct exposure *exposure = &builder->plan->exposures.item[i];

                CLOSED_AT_END int held = -1;

                if (builder->source[i] < 0 || !exposure_is_made(exposure))
                        continue;
                held = builder->source[i];
                builder->source[i] =
                        kernel_reopen(held, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
                if (builder->source[i] < 0)
                        error = fail_to_open(builder, exposure, builder->source[i]);
        }
        return error;
}

/* Return: an error number. */
static int write_names(const char *path, int source)
{
        CLOSED_AT_END int fd = kernel_open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        uint64_t room = COPY_BYTES_LIMIT;
        int error = fd < 0 ? fd : account_file_copy(source, fd, &room);

        return error < 0 ? error : (int)kernel_call(SYS_fchmod, fd, 0444, 0, 0, 0);
}

static void remove_path(const char *path)
{
        kernel_call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0);
}

/* What is left of the file would take room from the others. */
static int fail_to_make(struct namespace_builder *builder, const struct exposure *exposure,
        const char *path, int error)
{
        bool large = error == -EFBIG || error == -ENOSPC;

        remove_path(path);
        exposure_fail(exposure, &builder->report.failure, error, exposure->source,
                large ? "it is too large" : "its copy cannot be made",
                large ? "correct the path" : namespace_kernel_refuses);
        failure_plant(&builder->report.failure, place_others_write(&exposure->seen, geteuid()));
        return error;
}

int namespace_names_mount(
        struct namespace_builder *builder, const struct exposure *exposure, int source)
{
        char path[sizeof(NAMESPACE_MADE) + NUMBER_SIZE] = NAMESPACE_MADE "/", number[NUMBER_SIZE];
        CLOSED_AT_END int made = -1;
        int error;

        strcat(path, number_text(number, exposure - builder->plan->exposures.item));
        /* The one before stays as long as it is mounted. */
        remove_path(path);
        error = write_names(path, source);
        made = error < 0 ? error : kernel_open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        if (made < 0)
                return fail_to_make(builder, exposure, path, made);
        return exposure_mount(&builder->plan->settings, exposure, made, &builder->report.failure);
}
