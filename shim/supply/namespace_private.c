/* The private directories of a mount namespace: of all workers of one start, and of nobody else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_private.h"

#include "supply/exposure_mount.h"
#include "supply/place.h"
#include "system/kernel_mounts.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define STORE NAMESPACE_MADE "/private"

/* Of the machine's memory; as any tmpfs has it where nobody says another one. */
#define STORE_SIZE "50%"

static int fail(struct namespace_builder *builder, const char *reason, int error)
{
        error = failure_set(
                &builder->report.failure, error, NULL, reason, namespace_kernel_refuses);
        builder->report.failure.setting = "isolation";
        return error;
}

static bool is_wanted(const struct namespace_builder *builder)
{
        const struct exposures *exposures = &builder->plan->exposures;

        for (size_t i = 0; i < exposures->count; i++)
                if (exposures->item[i].options & EXPOSURE_PRIVATE)
                        return true;
        return false;
}

int namespace_private_make(struct namespace_builder *builder)
{
        CLOSED_AT_END int store = -1, point = -1;
        int error;

        if (!is_wanted(builder))
                return 0;
        error = store = kernel_make_tmpfs(STORE_SIZE, 0);
        if (error >= 0)
                error = (int)kernel_call(SYS_mkdirat, AT_FDCWD, (long)STORE, 0700, 0, 0);
        if (error == 0)
                point = error = kernel_open(STORE, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (error >= 0)
                error = kernel_attach(store, point);
        return error < 0 ? fail(builder, "the private directories cannot be made", error) : 0;
}

int namespace_private_mount(struct namespace_builder *builder, const struct exposure *exposure)
{
        char number[NUMBER_SIZE];
        const char *name = number_text(number, exposure - builder->plan->exposures.item);
        const struct manifest_note note = {-1, name};
        CLOSED_AT_END int store = kernel_open(STORE, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        CLOSED_AT_END int made =
                store < 0 ? store : place_make_directory(&note, store, name, 0, 01777);
        int tree;

        tree = made < 0 ? made : kernel_clone_tree(made, "");
        return tree < 0 ? exposure_fail(exposure, &builder->report.failure, tree, exposure->source,
                                  "it cannot be made", namespace_kernel_refuses)
                        : tree;
}

bool namespace_private_needless(const struct exposure *exposure, int jail)
{
        const char *path = exposure->target + 1;
        struct file_facts there;

        return (exposure->options & EXPOSURE_OPTIONAL) &&
               kernel_facts(jail, path, AT_SYMLINK_NOFOLLOW, &there) == 0 &&
               (S_ISLNK(there.mode) || place_others_write(&there, 0));
}
