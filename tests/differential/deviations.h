/* Where the shim is meant to answer otherwise than the kernel. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVIATIONS_H
#define DEVIATIONS_H

#include "calls.h"
#include "reference.h"

/**
 * deviation_answer() - say what the shim must answer, if it is not what the kernel would.
 *
 * Return: false if the kernel is to be asked.
 */
bool deviation_answer(
        const struct call *call, const struct attempt *at, const struct reference *paths);

#endif
