/* Whose jail a traced worker is in, where each user has one, and the plan of that. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_USERS_H
#define SHIM_COMMAND_TRACE_USERS_H

#include "supply/plan.h"

struct trace_user;

/** struct trace_users - those who were met; begin with all zero. */
struct trace_users {
        struct trace_user *item;
        size_t count;
};

/**
 * trace_users_plan() - of the jail whose root directory is @root.
 * @plan:     of the settings: what is to be returned where there is one jail for all, or where it
 *            is no user's.
 * @ret_user: his name, which lives as long as @users; NULL where there is none.
 *
 * It is valid until the next call.
 */
struct plan *trace_users_plan(struct trace_users *users, struct plan *plan,
        const struct identity *root, const char **ret_user);

/** trace_users_release() - free what they hold. */
void trace_users_release(struct trace_users *users);

#endif
