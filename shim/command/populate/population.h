/* From a wish to the plan that brings it into the jail: the library's own, for a copied jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_POPULATION_H
#define SHIM_COMMAND_POPULATION_H

#include "command/finding.h"
#include "command/populate/wish.h"
#include "command/user_jail.h"
#include "supply/plan.h"

/**
 * population_begin() - the plan for nothing: the jail of the settings, which is held then.
 * @user: whose jail it is, where each has one; else NULL.
 *
 * What the settings want besides, the server brings itself. All is copied, whatever the isolation.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int population_begin(const struct user *user, struct plan *ret_plan, struct failure *ret_failure);

/**
 * population_plan() - the plan for one wish, with all that it needs, looked at (supply_look()).
 *
 * A program comes with its interpreters, the libraries of all of them, what nsswitch.conf(5) names,
 * and the service that is named after one of them (python, perl). One that lies in the jail already
 * only gets what it needs. A service's libraries, which a server would load before it is jailed,
 * come as files.
 *
 * Return: 0, or a negative error number with @ret_failure. What is left out, and what is worth
 * knowing, is added to @findings.
 */
int population_plan(const struct wish *wish, const struct user *user, struct plan *ret_plan,
        struct findings *findings, struct failure *ret_failure);

/**
 * population_each_change() - tell each path that the plan would bring, or bring anew.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int population_each_change(struct plan *plan, void (*found)(void *context, const char *path),
        void *context, struct failure *ret_failure);

#endif
