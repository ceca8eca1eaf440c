/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_BUILD_H
#define SHIM_SUPPLY_NAMESPACE_BUILD_H

#include "supply/plan.h"

/**
 * struct namespace_builder - one building, and what came of it.
 *
 * @source:   a descriptor for each exposure: of its detached mount, or of the file whose names are
 *            taken; -1 for what is left out.
 * @workshop: a mount of the jail in which mount points can be made, where workers' own is
 *            read-only; or -1.
 * @private:  a detached mount of what holds the private directories; or -1.
 * @foreign:  another user than root can change what is at the last mount point.
 * @report:   for the parent: what namespace_build() returned, its failure, and how many exposures
 *            were left out.
 */
struct namespace_builder {
        const struct plan *plan;
        int *source;
        int workshop;
        int private;
        bool foreign;
        struct namespace_report {
                int result;
                unsigned left_out;
                struct failure failure;
        } report;
};

/**
 * namespace_build() - turn the mount namespace of this process into the workers' one.
 *
 * What it opens is left open, for the process is to end. Async-signal-safe.
 *
 * Return: 0, or a negative error number with builder->report.failure.
 */
int namespace_build(struct namespace_builder *builder);

#endif
