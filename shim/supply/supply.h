/* Sees to it that the jail has what is exposed: by copies, or in a mount namespace. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_SUPPLY_H
#define SHIM_SUPPLY_SUPPLY_H

#include "supply/plan.h"

/**
 * supply_look() - complete the plan's list of what is to be brought, and look at all of it:
 * wildcards become what they match, programs get what they need. Makes nothing.
 * @left_out: is told what another user could have put wrong, and is left out. It may locate the
 *            failure.
 *
 * What programs need is in the list, but not looked at yet. Return: 0, or a negative error number
 * with @ret_failure.
 */
int supply_look(struct plan *plan, void (*left_out)(void *context, struct failure *failure),
        void *context, struct failure *ret_failure);

/**
 * supply_make() - bring what the plan exposes into the jail, before the first worker; under
 * isolation = "namespace" plan->jail.namespace is set. What each service brings is named in the log
 * at level info. What another user than root could have put wrong, outside or in the jail, is left
 * out and told as an error.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int supply_make(struct plan *plan, struct failure *ret_failure);

/**
 * supply_bring() - the part of supply_make() that comes after supply_look(): bring it, and remove
 * from the jail what nobody wants any more.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int supply_bring(struct plan *plan, struct failure *ret_failure);

/**
 * supply_refresh() - before another worker: let what has changed since be brought.
 *
 * The refresher (supply/refresher.h) does so, for running workers as well, and is only asked to
 * look. Where there is none yet, or none any more, it is done here, and one is started. A failure
 * is said in the log, and workers keep what there was before. Allocates nothing.
 */
void supply_refresh(struct plan *plan);

/** supply_keep() - where each user has a jail: before any child that may ask for one, see to it
 * that there is a keeper (supply/keeper.h). */
void supply_keep(struct plan *plan);

#endif
