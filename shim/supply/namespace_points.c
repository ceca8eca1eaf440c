/* Finds, or makes, the mount points in the jail on which what is exposed is mounted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_points.h"

#include "supply/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int namespace_point_fail(struct namespace_builder *builder, const struct exposure *exposure,
        const char *reason, const char *remedy, int error)
{
        struct failure *failure = &builder->report.failure;

        error = exposure_fail(exposure, failure, error, exposure->target, reason, remedy);
        failure->jail = builder->plan->jail.real;
        failure_plant(failure, builder->foreign);
        return error;
}

static int fail_to_make_target(
        struct namespace_builder *builder, const struct exposure *exposure, int error)
{
        switch (error) {
        case -ELOOP:
                return namespace_point_fail(builder, exposure, "it is a symbolic link in the jail",
                        "put an empty file or directory in its place", error);
        case -ENOTDIR:
        case -EISDIR:
                return namespace_point_fail(builder, exposure,
                        "in the jail, it is not of the same kind as outside",
                        "remove it from the jail", error);
        default:
                return namespace_point_fail(builder, exposure,
                        "its mount point cannot be made in the jail",
                        "make it by hand: an empty file, or a directory", error);
        }
}

/* Is what stands at the place the very link that is exposed, in a directory that is mounted? */
static bool is_there(const struct exposure *exposure, const struct place *place)
{
        struct file_facts there;

        return kernel_facts(place->directory, place->name, AT_SYMLINK_NOFOLLOW, &there) == 0 &&
               S_ISLNK(there.mode) && exposure_is_there(exposure, &there);
}

/*
 * Find or make the mount point, in the jail or its workshop.
 *
 * Return: an O_PATH descriptor of it; NAMESPACE_POINT_NEEDLESS; or a negative error number.
 */
static int open_target(struct namespace_builder *builder, const struct exposure *exposure, int root,
        const char *path)
{
        struct failure *failure = &builder->report.failure;
        /* What is made in another mount than the jail's is none of its. */
        MANIFEST int manifest = path == exposure->target ? manifest_open(root, false, failure) : -1;
        struct place place;
        int error = place_find(root, manifest, path, &place, failure), target;

        builder->foreign = place.foreign;
        if (error == -EROFS)
                return fail_to_make_target(builder, exposure, error);
        if (error < 0) {
                exposure_blame(exposure, failure);
                failure->jail = builder->plan->jail.real;
                return error;
        }
        target = place_make_target(&place, S_ISDIR(exposure->seen.mode));
        if (target == -ELOOP && is_there(exposure, &place))
                target = NAMESPACE_POINT_NEEDLESS;
        kernel_close(place.directory);
        if (target >= 0 || target == NAMESPACE_POINT_NEEDLESS)
                return target;
        return fail_to_make_target(builder, exposure, target);
}

int namespace_point(struct namespace_builder *builder, const struct exposure *exposure, int root,
        const char *path)
{
        int target = open_target(builder, exposure, root, path), made;

        if (target != -EROFS || builder->workshop < 0 || path != exposure->target)
                return target;
        made = open_target(builder, exposure, builder->workshop, path);
        if (made < 0)
                return made;
        kernel_close(made);
        return open_target(builder, exposure, root, path);
}
