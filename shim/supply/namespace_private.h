/* The private directories of a mount namespace: of all workers of one start, and of nobody else. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_PRIVATE_H
#define SHIM_SUPPLY_NAMESPACE_PRIVATE_H

#include "supply/namespace_build.h"

/*
 * They are directories of one tmpfs, which is mounted below NAMESPACE_MADE.
 */

/** namespace_private_make() - make that tmpfs, if there are any. Return: 0, or a negative error
 * number with builder->report.failure. */
int namespace_private_make(struct namespace_builder *builder);

/** namespace_private_mount() - Return: a detached mount of the directory of @exposure. */
int namespace_private_mount(struct namespace_builder *builder, const struct exposure *exposure);

/** namespace_private_needless() - is it optional, and has @jail one that workers can write to? */
bool namespace_private_needless(const struct exposure *exposure, int jail);

#endif
