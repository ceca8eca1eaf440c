/* The settings of one user, where each user has a jail: the template with all tokens replaced. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/user_settings.h"

#include "settings/template.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool settings_are_template(const struct settings *settings)
{
        return settings->jail && template_has_tokens(settings->jail);
}

bool user_settings_have_log(const struct settings *settings)
{
        return settings_are_template(settings) && settings->log == LOG_TO_FILE &&
               template_has_tokens(settings->log_path);
}

static int blame(struct failure *failure, enum setting_index setting, int error)
{
        if (error < 0)
                failure->setting = setting_keys[setting].name;
        return error;
}

static int check_list(
        const struct setting_list *list, enum setting_index setting, struct failure *failure)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < list->count; i++)
                error = template_check(list->item[i], failure);
        return blame(failure, setting, error);
}

static int check_own(const char *path, enum setting_index setting, struct failure *failure)
{
        if (!path || !template_has_tokens(path))
                return 0;
        return blame(failure, setting,
                failure_set(failure, 0, path, "it is the server's, and no user's",
                        "write it without %u and %U"));
}

int user_settings_check(const struct settings *settings, struct failure *ret_failure)
{
        int error = blame(ret_failure, SETTING_jail, template_check(settings->jail, ret_failure));

        if (error < 0 || !settings_are_template(settings))
                return error;
        if (settings->log_path)
                error = blame(
                        ret_failure, SETTING_log, template_check(settings->log_path, ret_failure));
        if (error == 0)
                error = check_list(&settings->expose, SETTING_expose, ret_failure);
        if (error == 0)
                error = check_list(&settings->aliases, SETTING_aliases, ret_failure);
        if (error == 0)
                error = check_own(settings->pidfile, SETTING_pidfile, ret_failure);
        if (error == 0)
                error = check_own(settings->scoreboard, SETTING_scoreboard, ret_failure);
        return error;
}

/* Who the user is, and where what goes wrong is told. */
struct user {
        const char *name;
        uid_t uid;
        struct failure *failure;
};

/* Behind the path, an element of `expose` may have words. */
#define TEXT_SIZE (PATH_MAX + 256)

static int expand_list(const struct setting_list *from, const struct user *user,
        enum setting_index setting, struct setting_list *ret_list)
{
        char text[TEXT_SIZE];
        int error = 0;

        for (size_t i = 0; error == 0 && i < from->count; i++) {
                error = template_expand(
                        from->item[i], user->name, user->uid, text, sizeof(text), user->failure);
                if (error == 0 && setting_list_add(ret_list, text) < 0)
                        error = failure_set(user->failure, -ENOMEM, NULL, NULL, NULL);
        }
        return blame(user->failure, setting, error);
}

static int expand_path(
        const char *from, const struct user *user, enum setting_index setting, char **ret_path)
{
        char text[PATH_MAX];
        int error = from ? template_expand(
                                   from, user->name, user->uid, text, sizeof(text), user->failure)
                         : 0;

        if (error == 0 && from && !(*ret_path = strdup(text)))
                error = failure_set(user->failure, -ENOMEM, NULL, NULL, NULL);
        return blame(user->failure, setting, error);
}

/* What services of the configuration file expose. All else of them is the template's. */
static int expand_definitions(const struct service_definition *from, const struct user *user,
        struct service_definition **ret_definitions)
{
        int error = 0;

        for (; error == 0 && from; from = from->next) {
                struct service_definition *copy = malloc(sizeof(*copy));

                if (!copy)
                        return failure_set(user->failure, -ENOMEM, NULL, NULL, NULL);
                *copy = *from;
                copy->next = NULL;
                copy->expose = (struct setting_list){0};
                *ret_definitions = copy;
                ret_definitions = &copy->next;
                error = expand_list(&from->expose, user, SETTING_services, &copy->expose);
                if (error < 0)
                        user->failure->service = from->name;
        }
        return error;
}

int user_settings_make(const struct settings *settings, const char *name, uid_t uid,
        struct settings *ret_settings, struct failure *ret_failure)
{
        const struct user user = {name, uid, ret_failure};
        int error;

        *ret_settings = *settings;
        ret_settings->jail = ret_settings->log_path = NULL;
        ret_settings->expose = ret_settings->aliases = (struct setting_list){0};
        ret_settings->defined = NULL;
        error = expand_path(settings->jail, &user, SETTING_jail, &ret_settings->jail);
        if (error == 0)
                error = expand_path(
                        settings->log_path, &user, SETTING_log, &ret_settings->log_path);
        if (error == 0)
                error = expand_list(
                        &settings->expose, &user, SETTING_expose, &ret_settings->expose);
        if (error == 0)
                error = expand_list(
                        &settings->aliases, &user, SETTING_aliases, &ret_settings->aliases);
        if (error == 0)
                error = expand_definitions(settings->defined, &user, &ret_settings->defined);
        return error;
}

void user_settings_release(struct settings *settings)
{
        for (struct service_definition *each = settings->defined; each;) {
                struct service_definition *next = each->next;

                setting_list_clear(&each->expose);
                free(each);
                each = next;
        }
        settings->defined = NULL;
        setting_list_clear(&settings->expose);
        setting_list_clear(&settings->aliases);
        free(settings->log_path);
        free(settings->jail);
        settings->log_path = settings->jail = NULL;
}
