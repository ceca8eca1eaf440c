/* Changes what is mounted in the namespace of workers that run: what is new comes, what is gone
 * goes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_CHANGE_H
#define SHIM_SUPPLY_NAMESPACE_CHANGE_H

#include "supply/namespace_build.h"

/**
 * namespace_work_on() - enter the plan's namespace, and bring what builder->wanted says.
 *
 * What it opens is left open, for the process is to end. Async-signal-safe.
 *
 * Return: 0; a negative error number with builder->report.failure if nothing could be brought.
 */
int namespace_work_on(struct namespace_builder *builder);

#endif
