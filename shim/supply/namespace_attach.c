/* Puts what is exposed on its mount point in the workers' namespace. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_attach.h"

#include "supply/exposure_mount.h"
#include "supply/namespace_names.h"
#include "supply/namespace_points.h"
#include "supply/namespace_private.h"
#include "system/kernel_mounts.h"
#include "system/log.h"

int namespace_tree(struct namespace_builder *builder, size_t i)
{
        const struct exposure *exposure = &builder->plan->exposures.item[i];

        if (exposure->options & EXPOSURE_PRIVATE)
                return namespace_private_mount(builder, exposure);
        return exposure_is_made(exposure)
                       ? namespace_names_mount(builder, exposure, builder->source[i])
                       : builder->source[i];
}

bool namespace_is_wanted(const struct namespace_builder *builder, size_t i, int jail)
{
        const struct exposure *exposure = &builder->plan->exposures.item[i];

        return exposure->options & EXPOSURE_PRIVATE ? !namespace_private_needless(exposure, jail)
                                                    : builder->source[i] >= 0;
}

int namespace_attach(struct namespace_builder *builder, size_t i, int root, const char *path)
{
        const struct exposure *exposure = &builder->plan->exposures.item[i];
        CLOSED_AT_END int tree = namespace_tree(builder, i);
        CLOSED_AT_END int target = tree < 0 ? tree : namespace_point(builder, exposure, root, path);
        int error = target < 0 ? target : kernel_attach(tree, target);

        builder->records[i].mount = 0;
        if (target == NAMESPACE_POINT_NEEDLESS)
                return 0;
        if (error == 0)
                kernel_mount_of(tree, &builder->records[i].mount);
        if (error < 0 && target >= 0)
                namespace_point_fail(builder, exposure, "it cannot be mounted in the jail",
                        namespace_kernel_refuses, error);
        return error;
}

int namespace_leave_out(
        struct namespace_builder *builder, const struct exposure *exposure, int error)
{
        if (!exposure_may_miss(exposure, &builder->report.failure))
                return error;
        builder->left_out[exposure - builder->plan->exposures.item] = true;
        if (exposure->told)
                return 0;
        settings_locate(&builder->plan->settings, &builder->report.failure);
        log_failure(LEVEL_ERROR, "left out: ", &builder->report.failure);
        return 0;
}

void namespace_tell_kept(
        const struct plan *plan, const struct exposure *exposure, struct failure *failure)
{
        if (exposure->told)
                return;
        settings_locate(&plan->settings, failure);
        log_failure(LEVEL_ERROR, "workers keep what they have: ", failure);
}
