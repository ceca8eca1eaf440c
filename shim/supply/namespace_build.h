/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
#ifndef SHIM_SUPPLY_NAMESPACE_BUILD_H
#define SHIM_SUPPLY_NAMESPACE_BUILD_H

#include "supply/plan.h"

/**
 * struct namespace_builder - one building, and what came of it.
 *
 * @source: room for a descriptor for each exposure.
 * @report: for the parent: what namespace_build() returned, and its failure.
 */
struct namespace_builder {
        const struct plan *plan;
        int *source;
        struct namespace_report {
                int result;
                struct failure failure;
        } report;
};

/** What to do where the kernel says no. */
extern const char namespace_kernel_refuses[];

/**
 * namespace_build() - turn the mount namespace of this process into the workers' one.
 *
 * What it opens is left open, for the process is to end. Async-signal-safe.
 *
 * Return: 0, or a negative error number with builder->report.failure.
 */
int namespace_build(struct namespace_builder *builder);

#endif
