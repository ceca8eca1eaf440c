/* Changes what is mounted in the namespace of workers that run: what is new comes, what is gone
 * goes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_change.h"

#include "supply/exposure_mount.h"
#include "supply/namespace_attach.h"
#include "supply/namespace_names.h"
#include "supply/namespace_points.h"
#include "supply/place_walk.h"
#include "system/kernel_mounts.h"
#include "system/mount_list.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

/*
 * A new mount is put beneath the old one, on the same mount point; what lies in it is mounted on
 * it; then the old one is taken away, with all that is mounted in it. So a worker finds the one or
 * the other, never neither. Before Linux 6.5 the old one must go first: for some microseconds a
 * worker finds the empty mount point.
 *
 * Workers may own directories on the way, and rename them. So a mount is taken away only by a
 * descriptor, which was found to be in the mount that was recorded as ours.
 */

/* How often a mount may get lost, since a worker has moved its mount point away. Nobody finds such
 * a mount again, so they must not become many. */
#define LOST_LIMIT 16

/*
 * struct change - one change.
 * @jail: a descriptor of the jail's root in the namespace.
 * @proc: of this process's own directory in /proc, which is not there in the namespace.
 */
struct change {
        struct namespace_builder *builder;
        int jail;
        int proc;
};

static const struct exposure *exposure_of(const struct change *change, size_t i)
{
        return &change->builder->plan->exposures.item[i];
}

/* Those that lie in @outer. */
static size_t within(const struct change *change, size_t outer, size_t *ret_end)
{
        return exposures_within(&change->builder->plan->exposures, outer, ret_end);
}

static void leave_out(struct change *change, size_t i, int error)
{
        struct namespace_builder *builder = change->builder;

        if (namespace_leave_out(builder, exposure_of(change, i), error) < 0)
                namespace_tell_kept(
                        builder->plan, exposure_of(change, i), &builder->report.failure);
        builder->left_out[i] = true;
}

static bool is_anothers(const struct change *change, size_t i, uint64_t mount)
{
        for (size_t k = 0; k < change->builder->plan->exposures.count; k++)
                if (k != i && change->builder->records[k].mount == mount)
                        return true;
        return false;
}

/* Take away the mount that @point is in. */
static void detach(const struct change *change, int point)
{
        CLOSED_AT_END int descriptors =
                kernel_openat(change->proc, "fd", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

        kernel_detach(descriptors, point);
}

/* All that is mounted in the mount of @outer goes with it. */
static void forget_within(struct change *change, size_t outer)
{
        size_t end, first = within(change, outer, &end);

        for (size_t i = first; i < end; i++)
                change->builder->records[i].mount = 0;
}

/* Its mount stays where workers may find it. They can bring that about again and again, so it is
 * told once. */
static void lose(struct change *change, size_t i)
{
        struct namespace_builder *builder = change->builder;

        if (builder->records[i].lost++ > 0)
                return;
        namespace_point_fail(builder, exposure_of(change, i),
                "its mount in the jail cannot be reached any more", "start the server again",
                -ESTALE);
        namespace_tell_kept(builder->plan, exposure_of(change, i), &builder->report.failure);
}

/* The mount of @i is not at its place: its mount point was moved, or is gone. Take it away. */
static void find_and_detach(struct change *change, size_t i)
{
        struct namespace_record *record = &change->builder->records[i];
        uint64_t mount = 0, wanted = record->mount;
        CLOSED_AT_END int point = -1;

        record->mount = 0;
        if (is_anothers(change, i, wanted))
                return;
        point = mount_list_open(change->proc, wanted);
        if (point == -ENOENT)
                return;
        if (point >= 0 && kernel_mount_of(point, &mount) == 1 && mount == wanted) {
                detach(change, point);
                forget_within(change, i);
        } else {
                lose(change, i);
        }
}

/* Is what @point leads to the mount of @i? Return: 1, 0, or an error where it must not be touched.
 */
static int is_own(struct change *change, size_t i, int point)
{
        struct namespace_builder *builder = change->builder;
        struct namespace_record *record = &builder->records[i];
        uint64_t mount = 0;
        int is_root = kernel_mount_of(point, &mount);

        if (is_root < 0)
                return namespace_point_fail(builder, exposure_of(change, i), NULL, NULL, is_root);
        if (is_root && mount == record->mount)
                return 1;
        if (record->mount)
                find_and_detach(change, i);
        builder->foreign |= record->lost > LOST_LIMIT;
        if (is_root && is_anothers(change, i, mount))
                return namespace_point_fail(builder, exposure_of(change, i),
                        "another exposed path is mounted in its place", "correct the jail", -EBUSY);
        return record->lost <= LOST_LIMIT
                       ? 0
                       : namespace_point_fail(builder, exposure_of(change, i),
                                 "its mount point was moved away again and again",
                                 "start the server again", -EBUSY);
}

/* Open what is at the place of @i, and make nothing. */
static int open_place(const struct change *change, size_t i)
{
        struct place place = {0};
        struct place_walk walk = {.place = &place,
                .failure = &change->builder->report.failure,
                .asked = exposure_of(change, i)->target,
                .inside = true};
        int error = place_walk(&walk, change->jail), fd;

        if (error < 0)
                return error;
        fd = kernel_openat(place.directory, place.name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        kernel_close(place.directory);
        return fd;
}

/* Take away the mount of @i, wherever it is. */
static void take_away(struct change *change, size_t i)
{
        struct namespace_record *record = &change->builder->records[i];
        CLOSED_AT_END int point = record->mount ? open_place(change, i) : -1;
        uint64_t mount = 0;

        if (point >= 0 && kernel_mount_of(point, &mount) == 1 && mount == record->mount)
                detach(change, point);
        else if (record->mount)
                find_and_detach(change, i);
        record->mount = 0;
        forget_within(change, i);
}

/* On the new mount @tree of @outer, mount what lies in it. */
static void fill(struct change *change, size_t outer, int tree, bool *done)
{
        size_t length = strlen(exposure_of(change, outer)->target);
        size_t end, first = within(change, outer, &end);

        for (size_t i = first; i < end; i++) {
                int error;

                done[i] = true;
                change->builder->records[i].mount = 0;
                if (!namespace_is_wanted(change->builder, i, change->jail))
                        continue;
                error = namespace_attach(
                        change->builder, i, tree, exposure_of(change, i)->target + length);
                if (error < 0)
                        leave_out(change, i, error);
        }
}

/* The mount of @i is at @point: put @tree in its place. */
static int replace(struct change *change, size_t i, int tree, int point, bool *done)
{
        int error = kernel_attach_beneath(tree, point);

        if (error == 0)
                fill(change, i, tree, done);
        if (error == 0 || error == -EINVAL)
                detach(change, point);
        return error;
}

/* Nothing of ours is at the place of @i: mount @tree there. What lies in it was mounted below its
 * mount point, and is not there for a moment. */
static int put(struct change *change, size_t i, int tree, bool *done)
{
        const struct exposure *exposure = exposure_of(change, i);
        CLOSED_AT_END int point = -1;
        size_t end, first = within(change, i, &end);
        int error;

        while (end-- > first)
                take_away(change, end);
        point = namespace_point(change->builder, exposure, change->jail, exposure->target);
        error = point < 0 ? point : kernel_attach(tree, point);
        if (error == 0)
                fill(change, i, tree, done);
        return error;
}

static int bring(struct change *change, size_t i, bool *done)
{
        struct namespace_builder *builder = change->builder;
        const struct exposure *exposure = exposure_of(change, i);
        CLOSED_AT_END int point =
                namespace_point(builder, exposure, change->jail, exposure->target);
        int own = point < 0 ? point : is_own(change, i, point), error;
        CLOSED_AT_END int tree = own < 0 ? own : namespace_tree(builder, i);

        if (point == NAMESPACE_POINT_NEEDLESS)
                return 0;
        if (tree < 0)
                return tree;
        error = own ? replace(change, i, tree, point, done) : put(change, i, tree, done);
        if (own && error == -EINVAL) {
                forget_within(change, i);
                error = put(change, i, tree, done);
        }
        if (error == 0)
                return kernel_mount_of(tree, &builder->records[i].mount) < 0 ? -EINVAL : 0;
        return namespace_point_fail(builder, exposure, "it cannot be mounted in the jail",
                namespace_kernel_refuses, error);
}

static void work(struct change *change)
{
        size_t count = change->builder->plan->exposures.count;
        bool done[count + 1];

        memset(done, 0, sizeof(done));
        for (size_t i = 0; i < count; i++) {
                int error = 0;

                if (done[i] || !change->builder->wanted[i] || change->builder->left_out[i])
                        continue;
                if (namespace_is_wanted(change->builder, i, change->jail))
                        error = bring(change, i, done);
                else
                        take_away(change, i);
                if (error < 0)
                        leave_out(change, i, error);
        }
}

static int fail(struct namespace_builder *builder, int error)
{
        error = failure_set(&builder->report.failure, error, NULL,
                "the workers' mount namespace cannot be changed", namespace_kernel_refuses);
        builder->report.failure.setting = "isolation";
        return error;
}

int namespace_work_on(struct namespace_builder *builder)
{
        size_t count = builder->plan->exposures.count;
        struct change change = {.builder = builder};
        int error = namespace_names_take(builder);

        if (error == 0)
                error = namespace_take_workshop(builder);
        if (error < 0)
                return error;
        change.proc = kernel_open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        error = change.proc < 0 ? change.proc
                                : kernel_setns(builder->plan->jail.namespace, CLONE_NEWNS);
        if (error == 0)
                error = namespace_records_read(builder->records, count);
        if (error == 0)
                error = change.jail =
                        kernel_open(builder->plan->jail.real, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (error < 0)
                return fail(builder, error);
        work(&change);
        error = namespace_records_write(builder->records, count);
        return error < 0 ? fail(builder, error) : 0;
}
