/* The files of the workers' namespace that are made for it: names of passwd(5) and group(5). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_NAMES_H
#define SHIM_SUPPLY_NAMESPACE_NAMES_H

#include "supply/namespace_build.h"

/**
 * namespace_names_take() - while the host's files are in reach: open those whose names are taken,
 * in the place of what is held in builder->source.
 *
 * Return: 0, or a negative error number with builder->report.failure.
 */
int namespace_names_take(struct namespace_builder *builder);

/**
 * namespace_names_mount() - make the file, from the open file @source.
 *
 * Return: a detached mount of it, or a negative error number with builder->report.failure.
 */
int namespace_names_mount(
        struct namespace_builder *builder, const struct exposure *exposure, int source);

#endif
