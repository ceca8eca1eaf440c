/* The users who run, and the plan of each: made for the first worker, let go with the last. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/keeper_users.h"

#include "jail/enter.h"
#include "settings/user_settings.h"
#include "supply/refresh.h"
#include "supply/user_plan.h"
#include "system/account.h"
#include "system/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lines go to the user's log, if each has one. Return: 0, or a negative error number. */
static int begin_log(const struct plan *template, const struct plan *plan, struct failure *failure)
{
        int error;

        if (!user_settings_have_log(&template->settings))
                return 0;
        log_leave();
        log_configure(plan->settings.log_level, LOG_TO_FILE, plan->settings.log_path);
        error = log_open(failure);
        if (error < 0) {
                failure->setting = "log";
                failure->jail = plan->settings.jail;
                settings_locate(&plan->settings, failure);
        }
        return error;
}

static void end_log(const struct plan *template)
{
        if (!user_settings_have_log(&template->settings))
                return;
        log_leave();
        log_configure(template->settings.log_level, LOG_TO_STDERR, NULL);
}

static void refuse(struct keeper_answer *answer, int error, const struct plan *plan,
        const struct plan *template, const struct failure *failure)
{
        struct failure told = *failure;

        if (!told.jail)
                told.jail = plan->settings.jail ? plan->settings.jail : template->settings.jail;
        answer->result = error;
        failure_text(&told, answer->text, sizeof(answer->text));
}

/* Where the worker tells it: also if he is refused. */
static void note_log(
        struct keeper_answer *answer, const struct plan *template, const struct plan *plan)
{
        if (user_settings_have_log(&template->settings) && plan->settings.log_path)
                strncpy(answer->log, plan->settings.log_path, sizeof(answer->log) - 1);
}

/* @ret_lost: it is the log that cannot be opened. */
static int make(struct keeper_users *users, struct keeper_user *user, bool *ret_lost,
        struct failure *failure)
{
        int error = user_plan_make(users->template, user->uid, &user->plan, failure);

        if (error < 0)
                return error;
        error = begin_log(users->template, &user->plan, failure);
        *ret_lost = error < 0;
        return error < 0 ? error : plan_bring(&user->plan, failure);
}

/* What cannot be told in the user's log is told where the master tells. */
static void tell(const struct plan *template, const char *text)
{
        end_log(template);
        log_line(LEVEL_ERROR, "cannot enter the ", text, NULL);
}

static void release(struct keeper_users *users, struct keeper_user *user)
{
        keeper_watch_remove(&users->watch, user->map, user->plan.exposures.count);
        user_plan_release(&user->plan);
        free(user);
}

static struct keeper_user *add(struct keeper_users *users, uid_t uid, struct keeper_answer *answer)
{
        struct keeper_user *user = calloc(1, sizeof(*user));
        struct failure failure;
        bool lost = false;
        int error;

        if (!user) {
                refuse(answer, failure_set(&failure, -ENOMEM, NULL, NULL, NULL), users->template,
                        users->template, &failure);
                return NULL;
        }
        user->uid = uid;
        error = make(users, user, &lost, &failure);
        note_log(answer, users->template, &user->plan);
        if (error < 0) {
                refuse(answer, error, &user->plan, users->template, &failure);
                release(users, user);
                answer->told = lost;
                if (lost)
                        tell(users->template, answer->text);
                return NULL;
        }
        user->map = keeper_watch_add(&users->watch, &user->plan);
        user->next = users->first;
        users->first = user;
        return user;
}

/* Is the user still called so, and the jail the same directory? */
static bool is_current(struct keeper_user *user)
{
        char name[ACCOUNT_NAME_SIZE];
        struct failure unused;

        return account_name(user->uid, name) == 0 && strcmp(name, user->plan.user) == 0 &&
               jail_hold(&user->plan.jail, &unused) == 0;
}

/* Some file systems tell nothing of changes: so each worker has its user's looked at. */
static void look_at(struct keeper_user *user)
{
        unsigned char looks[user->plan.exposures.count + 1];

        if (refresh_look(&user->plan, looks))
                refresh(&user->plan, looks);
}

struct keeper_user *keeper_users_find(
        struct keeper_users *users, uid_t uid, struct keeper_answer *ret_answer)
{
        struct keeper_user *user = users->first;
        struct failure unused;

        memset(ret_answer, 0, sizeof(*ret_answer));
        while (user && (user->uid != uid || user->retired))
                user = user->next;
        if (user && !is_current(user)) {
                user->retired = true;
                keeper_users_leave(users, user);
                user = NULL;
        }
        if (user) {
                note_log(ret_answer, users->template, &user->plan);
                begin_log(users->template, &user->plan, &unused);
                look_at(user);
        } else {
                user = add(users, uid, ret_answer);
        }
        end_log(users->template);
        return user;
}

void keeper_users_leave(struct keeper_users *users, struct keeper_user *user)
{
        struct keeper_user **link = &users->first;

        if (user->processes > 0)
                return;
        while (*link != user)
                link = &(*link)->next;
        *link = user->next;
        release(users, user);
}

/* What has happened to the sources, for one user. Return: is there anything to do? */
static bool choose(
        const struct keeper_user *user, const unsigned char *happened, unsigned char *looks)
{
        bool any = false;

        for (size_t i = 0; user->map && i < user->plan.exposures.count; i++) {
                if (user->map[i] != KEEPER_UNWATCHED && happened[user->map[i]] > looks[i])
                        looks[i] = happened[user->map[i]];
                any |= looks[i] != LOOK_NOT;
        }
        return any;
}

void keeper_users_refresh(struct keeper_users *users, bool mounted)
{
        unsigned char happened[users->watch.sources.exposures.count + 1];
        struct failure unused;

        keeper_watch_read(&users->watch, mounted, happened);
        for (struct keeper_user *user = users->first; user; user = user->next) {
                unsigned char looks[user->plan.exposures.count + 1];

                memset(looks, LOOK_NOT, sizeof(looks));
                if (mounted)
                        refresh_look(&user->plan, looks);
                if (!choose(user, happened, looks))
                        continue;
                begin_log(users->template, &user->plan, &unused);
                refresh(&user->plan, looks);
                end_log(users->template);
        }
}
