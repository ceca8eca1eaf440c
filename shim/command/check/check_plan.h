/* Makes the plan of one jail as a start would, and says what is wrong with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_PLAN_H
#define SHIM_COMMAND_CHECK_PLAN_H

#include "command/check/check.h"

/**
 * check_plan() - of check->plan, whose settings have been read, and name one jail: the jail itself,
 * and what the start would bring into it. Sets check->usable.
 */
void check_plan(struct check *check);

/** check_plan_supply() - the same, after plan_check(). */
void check_plan_supply(struct check *check);

#endif
