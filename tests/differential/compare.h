/* Runs a case on both sides, finds where they differ, and makes the case as small as it gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_H
#define COMPARE_H

#include "worker.h"

/** compare_case() - Return: the first operation that differs (@count: the tree), or -1. */
int compare_case(struct exchange *exchange, const struct worker workers[2]);

/** compare_shrink() - take out of a case that differs what is not needed for a difference. */
void compare_shrink(struct exchange *exchange, const struct worker workers[2]);

/** compare_print() - the case, and what both sides say of the operation @different. */
void compare_print(const struct exchange *exchange, int different);

#endif
