/* The plan of one user, where each user has a jail: made from the template, by the same rules. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_USER_PLAN_H
#define SHIM_SUPPLY_USER_PLAN_H

#include "supply/plan.h"

/*
 * `jail = "/srv/jails/%u"` makes plan_check() a template. Whose jail a process enters is settled
 * when it gives up root, from the user id that it is about to take.
 */

/**
 * user_plan_check() - plan_check() of a template: the directory in which the jails lie, and all of
 * the settings that does not depend on the user. Sets plan->is_template.
 */
int user_plan_check(struct plan *plan, struct failure *ret_failure);

/** user_plan_try() - before the first worker: try the entry in the directory in which the jails
 * lie. What is exposed is not brought. Return: 0, or a negative error number with @ret_failure. */
int user_plan_try(const struct plan *plan, struct failure *ret_failure);

/**
 * user_plan_make() - the plan of the user with this @uid, and plan_check() of it. Allocates.
 * @ret_plan: also after a failure, which may refer to it, it is to be given to user_plan_release().
 *            plan_bring() or plan_prepare() comes next.
 *
 * A uid without a name, or with one that no directory can have, is refused.
 *
 * Return: 0, or a negative error number with @ret_failure, which is located.
 */
int user_plan_make(
        const struct plan *template, uid_t uid, struct plan *ret_plan, struct failure *ret_failure);

/** user_plan_make_named() - the same, where the name is known. */
int user_plan_make_named(const struct plan *template, const char *name, uid_t uid,
        struct plan *ret_plan, struct failure *ret_failure);

/** user_plan_release() - let go of what user_plan_make() and plan_bring() took. */
void user_plan_release(struct plan *plan);

/** user_plan_settle() - make the template @plan the plan of this user, for good. Return: as
 * user_plan_make(). */
int user_plan_settle(struct plan *plan, uid_t uid, struct failure *ret_failure);

#endif
