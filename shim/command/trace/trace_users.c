/* Whose jail a traced worker is in, where each user has one, and the plan of that. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_users.h"

#include "command/memory.h"
#include "command/user_jail.h"
#include "supply/user_plan.h"

#include <stdlib.h>

/*
 * @root: which directory it is.
 * @name: NULL if it is nobody's; then there is no plan.
 */
struct trace_user {
        struct identity root;
        char *name;
        struct plan plan;
};

/* What is no jail is of no interest here. */
static void pass_over(void *context, const char *path)
{
}

static void make(struct trace_user *user, const struct plan *template)
{
        struct users users = {NULL, 0};
        struct failure ignored;
        struct identity identity;

        if (users_with_jail(&template->settings, &users, pass_over, NULL, &ignored) < 0)
                return;
        for (size_t i = 0; i < users.count && !user->name; i++) {
                if (!user_jail_identity(&template->settings, users.item[i].uid, &identity) ||
                        !identity_equal(&identity, &user->root))
                        continue;
                if (user_plan_make(template, users.item[i].uid, &user->plan, &ignored) == 0)
                        user->name = memory_copy(users.item[i].name);
                else
                        user_plan_release(&user->plan);
        }
        users_release(&users);
}

struct plan *trace_users_plan(struct trace_users *users, struct plan *plan,
        const struct identity *root, const char **ret_user)
{
        struct trace_user *user = NULL;

        *ret_user = NULL;
        if (!plan->is_template)
                return plan;
        for (size_t i = 0; i < users->count && !user; i++)
                if (identity_equal(&users->item[i].root, root))
                        user = &users->item[i];
        if (!user) {
                users->item = memory_grow(users->item, users->count + 1, sizeof(*users->item));
                user = &users->item[users->count++];
                *user = (struct trace_user){.root = *root, .plan = PLAN_NONE};
                make(user, plan);
        }
        *ret_user = user->name;
        return user->name ? &user->plan : plan;
}

void trace_users_release(struct trace_users *users)
{
        for (size_t i = 0; i < users->count; i++) {
                if (users->item[i].name)
                        user_plan_release(&users->item[i].plan);
                free(users->item[i].name);
        }
        free(users->item);
        *users = (struct trace_users){NULL, 0};
}
