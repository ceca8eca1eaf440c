/* Puts what is exposed on its mount point in the workers' namespace. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_ATTACH_H
#define SHIM_SUPPLY_NAMESPACE_ATTACH_H

#include "supply/namespace_build.h"

/** namespace_tree() - the detached mount of exposure @i. Return: a descriptor, or a negative error
 * number with builder->report.failure. */
int namespace_tree(struct namespace_builder *builder, size_t i);

/** namespace_is_wanted() - is there something to put on the mount point of exposure @i?
 * @jail: a descriptor of the jail's root. */
bool namespace_is_wanted(const struct namespace_builder *builder, size_t i, int jail);

/**
 * namespace_attach() - mount exposure @i, and record its mount.
 * @root: a descriptor of the directory where @path, its mount point, begins.
 *
 * Return: 0, or a negative error number with builder->report.failure.
 */
int namespace_attach(struct namespace_builder *builder, size_t i, int root, const char *path);

/**
 * namespace_leave_out() - what a worker has put in the way must not keep the server from its
 * start: it is told, once, and builder->left_out. Return: 0; @error if it was not a worker.
 */
int namespace_leave_out(
        struct namespace_builder *builder, const struct exposure *exposure, int error);

/** namespace_tell_kept() - say, once, why the exposure cannot be brought. */
void namespace_tell_kept(
        const struct plan *plan, const struct exposure *exposure, struct failure *failure);

#endif
