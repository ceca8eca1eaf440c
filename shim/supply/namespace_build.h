/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
#ifndef SHIM_SUPPLY_NAMESPACE_BUILD_H
#define SHIM_SUPPLY_NAMESPACE_BUILD_H

#include "supply/exposure.h"

#include <limits.h>

/** struct namespace_report - what went wrong; the strings are constant. */
struct namespace_report {
        int error;
        const char *reason;
        const char *remedy;
        char path[PATH_MAX];
};

/**
 * struct namespace_builder - one building.
 *
 * @source: room for a descriptor for each exposure.
 * @report: all zero to begin with.
 */
struct namespace_builder {
        const struct settings *settings;
        const struct jail *jail;
        const struct exposures *exposures;
        int *source;
        struct namespace_report report;
};

/** What to do where the kernel says no. */
extern const char namespace_kernel_refuses[];

/**
 * namespace_build() - turn the mount namespace of this process into the workers' one.
 *
 * What it opens is left open, for the process is to end. Async-signal-safe.
 *
 * Return: 0, or a negative error number with builder->report.
 */
int namespace_build(struct namespace_builder *builder);

#endif
