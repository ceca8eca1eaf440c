/* The doctor where each user has a jail: whose jails there are, and which one is looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_users.h"

#include "command/check/check_plan.h"
#include "command/memory.h"
#include "command/user_jail.h"
#include "settings/template.h"
#include "supply/user_plan.h"

#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* The plan of one user's jail, while it is not that of the check. */
struct own_plan {
        uid_t uid;
        char *name;
        struct plan plan;
        bool usable;
};

/**
 * struct check_users - all that is known of users' jails.
 *
 * @template: what the settings say of all of them.
 * @current: the number of the one whose plan the check has; @count for none.
 * @only:    the name whose findings are heard; NULL: of all.
 */
struct check_users {
        struct plan template;
        struct own_plan *item;
        size_t count;
        size_t current;
        const char *only;
};

/* Is the directory there in which the jails are? */
static bool has_directory(struct check *check)
{
        char path[PATH_MAX];
        struct failure ignored;
        struct file_facts facts;
        struct finding *finding;

        if (template_fixed(check->plan.settings.jail, path, sizeof(path), &ignored) < 0 ||
                kernel_facts(AT_FDCWD, path, 0, &facts) == 0)
                return true;
        finding = check_found(check, FINDING_ERROR, "no-jails", path, NULL,
                "the users' jails are to be in it, and it is not there");
        cure_path(&finding->cure, "install -d -m 755", path);
        return false;
}

void check_users_begin(struct check *check, const char *only)
{
        struct failure failure = {0};

        check->users = memory_grow(NULL, 1, sizeof(*check->users));
        *check->users = (struct check_users){.only = only};
        check->usable = false;
        if (has_directory(check) && user_plan_check(&check->plan, &failure) < 0) {
                settings_locate(&check->plan.settings, &failure);
                findings_add_failure(&check->findings, FINDING_ERROR, "jail", &failure);
        }
        check->users->template = check->plan;
}

/* It is there; what is wrong with it is told. */
static bool has_jail(struct check *check, const struct own_plan *own)
{
        struct failure failure = {0};
        char *jail = user_jail_path(&check->users->template.settings, own->uid, &failure);
        struct file_facts facts;
        struct finding *finding;
        /* What is wrong with its name is told by who makes the plan. */
        bool has = !jail || kernel_facts(AT_FDCWD, jail, 0, &facts) == 0;

        if (!has) {
                finding = check_found(check, FINDING_ERROR, "no-user-jail", jail, NULL,
                        "user %s has no jail: what would run as him is refused", own->name);
                cure_path(&finding->cure, "install -d -m 755", jail);
        }
        free(jail);
        return has;
}

/* The check's plan becomes that of this user. */
static void make(struct check *check, const struct own_plan *own)
{
        const struct plan *template = &check->users->template;
        struct failure failure = {0};

        check->usable = false;
        check->plan = *template;
        if (!template->is_template || !has_jail(check, own))
                return;
        if (user_plan_make(template, own->uid, &check->plan, &failure) < 0)
                findings_add_failure(&check->findings, FINDING_ERROR, "jail", &failure);
        else
                check_plan_supply(check);
}

static size_t find(const struct check_users *users, uid_t uid)
{
        size_t i = 0;

        while (i < users->count && users->item[i].uid != uid)
                i++;
        return i;
}

static void put_back(struct check *check)
{
        struct check_users *users = check->users;

        if (users->current == users->count)
                return;
        users->item[users->current].plan = check->plan;
        users->item[users->current].usable = check->usable;
}

static void hear(struct check *check, const struct own_plan *own)
{
        const char *only = check->users->only;

        check->findings.user = own->name;
        check->findings.unheard = only && strcmp(only, own->name) != 0;
}

void check_users_choose(struct check *check, uid_t uid)
{
        struct check_users *users = check->users;
        const struct passwd *entry;
        size_t place;

        if (!users)
                return;
        put_back(check);
        place = find(users, uid);
        if (place < users->count) {
                check->plan = users->item[place].plan;
                check->usable = users->item[place].usable;
                hear(check, &users->item[place]);
        } else {
                entry = getpwuid(uid);
                users->item = memory_grow(users->item, users->count + 1, sizeof(*users->item));
                users->item[users->count++] = (struct own_plan){
                        .uid = uid,
                        .name = entry ? memory_copy(entry->pw_name) : memory_format("#%u", uid),
                };
                hear(check, &users->item[place]);
                make(check, &users->item[place]);
        }
        users->current = place;
}

void check_users_choose_none(struct check *check)
{
        struct check_users *users = check->users;

        if (!users)
                return;
        put_back(check);
        users->current = users->count;
        check->plan = users->template;
        check->usable = false;
        check->findings.user = NULL;
        check->findings.unheard = false;
}

/* What is told of the directory in which the jails are, is about no user. */
static void tell_stranger(void *context, const char *path)
{
        struct check *check = context;

        check_found(check, FINDING_NOTE, "no-owner", path, NULL,
                "it lies where users have their jails, and is the jail of no user");
}

static void choose_existing(struct check *check)
{
        struct users users = {NULL, 0};
        struct failure failure = {0};

        check->findings.user = NULL;
        check->findings.unheard = check->users->only != NULL;
        /* Where that directory is absent, this has been told. */
        if (users_with_jail(
                    &check->users->template.settings, &users, tell_stranger, check, &failure) == 0)
                for (size_t i = 0; i < users.count; i++)
                        check_users_choose(check, users.item[i].uid);
        users_release(&users);
}

static void choose_only(struct check *check, const char *name)
{
        struct users users = {NULL, 0};
        struct failure failure = {0};

        if (users_add_named(&users, name, &failure) == 0) {
                check_users_choose(check, users.item[0].uid);
        } else {
                check->findings.user = NULL;
                check->findings.unheard = false;
                findings_add_failure(&check->findings, FINDING_ERROR, "no-user", &failure);
        }
        users_release(&users);
}

void check_users_end(struct check *check)
{
        struct check_users *users = check->users;
        const struct own_plan *usable = NULL;

        if (users->only)
                choose_only(check, users->only);
        else
                choose_existing(check);
        for (size_t i = 0; i < users->count; i++) {
                check_users_choose(check, users->item[i].uid);
                if (check->usable && !check->findings.unheard)
                        check_jail(check);
                if (check->usable)
                        usable = &users->item[i];
        }
        /* What is proposed in the end, is proposed for any of them. */
        if (usable)
                check_users_choose(check, usable->uid);
        check->findings.user = NULL;
        check->findings.unheard = false;
}
