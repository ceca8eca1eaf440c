/* Finds, or makes, the mount points in the jail on which what is exposed is mounted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_POINTS_H
#define SHIM_SUPPLY_NAMESPACE_POINTS_H

#include "supply/namespace_build.h"

/** No descriptor, and no error number: what is exposed is there already. */
#define NAMESPACE_POINT_NEEDLESS (-100000)

/**
 * namespace_point() - the mount point of @exposure, or what is mounted there.
 * @root: a descriptor of the jail's root, or of the mount that it is to lie in.
 * @path: where it is below it: exposure->target if that is the jail.
 *
 * One that is missing is made; where the jail is mounted read-only, through builder->workshop.
 * Async-signal-safe.
 *
 * Return: an O_PATH descriptor of it; NAMESPACE_POINT_NEEDLESS; or a negative error number with
 * builder->report.failure.
 */
int namespace_point(struct namespace_builder *builder, const struct exposure *exposure, int root,
        const char *path);

/**
 * namespace_point_fail() - say what is wrong with the exposure's place in the jail, whose outside
 * path is named as well; planted if another user than root could have done it. Return: @error.
 */
int namespace_point_fail(struct namespace_builder *builder, const struct exposure *exposure,
        const char *reason, const char *remedy, int error);

#endif
