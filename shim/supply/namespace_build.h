/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_BUILD_H
#define SHIM_SUPPLY_NAMESPACE_BUILD_H

#include "supply/namespace_records.h"
#include "supply/plan.h"

/** In the namespace's root, out of the workers' sight: what is made, not bound. */
#define NAMESPACE_MADE "/.chrootshim"

/**
 * struct namespace_builder - one building, and what came of it.
 *
 * @source:   a descriptor for each exposure: of its detached mount, or of the file whose names are
 *            taken; -1 for what is left out.
 * @wanted:   for each exposure: is it to be changed? NULL where all are built.
 * @workshop: a mount of the jail in which mount points can be made, where workers' own is
 *            read-only; or -1.
 * @records:  one for each exposure.
 * @left_out: one for each exposure, for the parent: it is there, and could not be mounted.
 * @foreign:  another user than root can change what is at the last mount point.
 * @own_ipc:  an IPC namespace is made with it; and its descriptor, or -1.
 * @report:   for the parent: what came of all of it, and its failure.
 */
struct namespace_builder {
        const struct plan *plan;
        int *source;
        const bool *wanted;
        int workshop;
        struct namespace_record *records;
        bool *left_out;
        bool foreign;
        bool own_ipc;
        int ipc;
        struct namespace_report {
                int result;
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

/** namespace_take_workshop() - on the host: builder->workshop, if the settings want one. Return: 0,
 * or a negative error number with builder->report.failure. */
int namespace_take_workshop(struct namespace_builder *builder);

#endif
