/* What the keeper answers: the jail of a user, or why there is none. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_KEEPER_ANSWER_H
#define SHIM_SUPPLY_KEEPER_ANSWER_H

#include "supply/keeper.h"

/** keeper_answer_refuse() - make it a refusal: the jail of @plan cannot be handed out. */
void keeper_answer_refuse(struct keeper_answer *answer, const struct plan *plan, int error);

/**
 * keeper_answer_send() - send it to the worker at the other end of @fd, who may be gone.
 * @plan: the user's, with which its image and its namespaces go; NULL for a refusal. What cannot be
 *        handed out becomes one.
 */
void keeper_answer_send(int fd, struct keeper_answer *answer, const struct plan *plan);

#endif
