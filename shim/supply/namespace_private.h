/* The private directories of a mount namespace: of all workers of one start, and of nobody else. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_PRIVATE_H
#define SHIM_SUPPLY_NAMESPACE_PRIVATE_H

#include "supply/namespace_build.h"

/** In the namespace's root, out of the workers' sight: files that are made, not bound. */
#define NAMESPACE_MADE "/.chrootshim"

/*
 * They are directories of one tmpfs, which is mounted below NAMESPACE_MADE. The next namespace gets
 * it from the one before, so that what workers have there stays when something exposed is replaced.
 */

/**
 * namespace_private_take() - before the host is left: builder->private, from the namespace that the
 * plan has, or a new one. Return: 0, or a negative error number with the failure.
 */
int namespace_private_take(struct namespace_builder *builder);

/** namespace_private_keep() - after the host was left: mount it where the next one finds it. */
int namespace_private_keep(struct namespace_builder *builder);

/** namespace_private_mount() - Return: a detached mount of the directory of @exposure. */
int namespace_private_mount(struct namespace_builder *builder, const struct exposure *exposure);

/** namespace_private_needless() - is it optional, and has @jail one that workers can write to? */
bool namespace_private_needless(const struct exposure *exposure, int jail);

#endif
