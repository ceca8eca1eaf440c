/* Makes random operations: the same for the same seed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GENERATE_H
#define GENERATE_H

#include "operation.h"

/** generate_case() - fill @exchange with operations; the first ones build a tree. */
void generate_case(struct exchange *exchange, uint64_t seed);

#endif
