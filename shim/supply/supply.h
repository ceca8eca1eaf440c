/* Sees to it that the jail has what is exposed: by copies, or in a mount namespace. */
#ifndef SHIM_SUPPLY_SUPPLY_H
#define SHIM_SUPPLY_SUPPLY_H

#include "supply/exposure.h"

/**
 * supply_plan() - what `services` and `expose` ask for, and whether it can be had; changes nothing.
 *
 * Return: 0; -EACCES where the caller may not look; -EINVAL or -ENOMEM; with @ret_complaint.
 */
int supply_plan(const struct settings *settings, const struct jail *jail,
        struct exposures *ret_exposures, struct complaint *ret_complaint);

/**
 * supply_make() - bring it into the jail, before the first worker; jail->namespace is set under
 * isolation = "namespace". What each service brings is named in the log at level info.
 *
 * Return: 0, or a negative error number with @ret_complaint.
 */
int supply_make(const struct settings *settings, struct jail *jail, struct exposures *exposures,
        struct complaint *ret_complaint);

/**
 * supply_refresh() - the same for what has been replaced since, before another worker.
 *
 * Under isolation = "namespace" a new one is made for the workers to come; the old ones keep
 * theirs. A failure is said in the log, and the workers to come get what there was before.
 * Allocates nothing.
 */
void supply_refresh(
        const struct settings *settings, struct jail *jail, struct exposures *exposures);

#endif
