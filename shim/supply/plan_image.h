/* The image of a user's plan: how it comes from the process that makes it to the worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PLAN_IMAGE_H
#define SHIM_SUPPLY_PLAN_IMAGE_H

#include "supply/plan.h"

/*
 * It is a file in memory (memfd_create(2)) that nobody can change any more. The worker maps it, for
 * it may not allocate; what it needs of the plan then lies in that mapping for good.
 */

/**
 * plan_image_make() - write the image of @plan; allocates.
 * @variables: for programs inside, ends with NULL; may be NULL.
 *
 * Return: a descriptor, or a negative error number.
 */
int plan_image_make(const struct plan *plan, char *const *variables);

/**
 * plan_image_take() - turn the template @plan into the plan that @fd is an image of.
 * Async-signal-safe. What @plan knows of the process stays: the refresher, jail.below.
 *
 * Return: 0, or a negative error number.
 */
int plan_image_take(int fd, struct plan *plan, char ***ret_variables);

#endif
