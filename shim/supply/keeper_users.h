/* The users who run, and the plan of each: made for the first worker, let go with the last. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_KEEPER_USERS_H
#define SHIM_SUPPLY_KEEPER_USERS_H

#include "supply/keeper.h"
#include "supply/keeper_watch.h"

/**
 * struct keeper_user - one who runs.
 *
 * @map:       of keeper_watch_add().
 * @processes: how many have asked, and run.
 * @retired:   he has another name by now, or his jail is another directory: who asks next gets a
 *             new plan, and this one lasts as long as its processes.
 */
struct keeper_user {
        uid_t uid;
        struct plan plan;
        size_t *map;
        unsigned processes;
        bool retired;
        struct keeper_user *next;
};

struct keeper_users {
        struct plan *template;
        struct keeper_user *first;
        struct keeper_watch watch;
};

/** keeper_users_find() - the user with this @uid, whose jail is as it should be now; he is made if
 * he does not run. Return: NULL, with @ret_answer, if he is refused. */
struct keeper_user *keeper_users_find(
        struct keeper_users *users, uid_t uid, struct keeper_answer *ret_answer);

/** keeper_users_leave() - if no process of his runs any more, he is let go. */
void keeper_users_leave(struct keeper_users *users, struct keeper_user *user);

/** keeper_users_refresh() - bring to all of them what has changed. @mounted: as
 * keeper_watch_read(). */
void keeper_users_refresh(struct keeper_users *users, bool mounted);

#endif
