/* Takes the settings out of a group of a configuration file, which is all of it or a section. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/group.h"

#include "settings/values.h"
#include "system/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int group_refuse(struct group_reading *reading, const config_setting_t *setting, const char *key,
        const char *name, const char *reason, const char *remedy)
{
        int error = failure_set(reading->failure, 0, name, reason, remedy);

        reading->failure->setting = key;
        whole_text_locate(&reading->text, config_setting_source_line(setting), reading->failure);
        return error;
}

void group_locate(const struct group_reading *reading, const config_setting_t *setting,
        const char **ret_file, unsigned *ret_line)
{
        struct failure place = {0};

        whole_text_locate(&reading->text, config_setting_source_line(setting), &place);
        *ret_file = place.file;
        *ret_line = place.line;
}

/* The value of a scalar as text, as a variable would hold it; NULL if it has the wrong type. */
static const char *scalar_text(const struct parser *parser, const config_setting_t *value,
        enum setting_type type, char *buffer)
{
        switch (type) {
        case TYPE_BOOLEAN:
                if (config_setting_type(value) != CONFIG_TYPE_BOOL)
                        return NULL;
                return parser->boolean(value) ? "true" : "false";
        case TYPE_STATUS:
                if (config_setting_type(value) != CONFIG_TYPE_INT)
                        return NULL;
                return number_text(buffer, parser->integer(value));
        default:
                return parser->string(value);
        }
}

static int take_value(
        struct group_reading *reading, const struct setting_key *key, const config_setting_t *value)
{
        bool bare = key->type == TYPE_BOOLEAN || key->type == TYPE_STATUS;
        char buffer[NUMBER_SIZE], allowed[SETTING_ALLOWED_SIZE];
        const char *text = scalar_text(&reading->parser, value, key->type, buffer);

        if (text)
                return settings_store(reading->settings, key, text, reading->failure);
        group_refuse(reading, value, key->name, NULL, "it has a value of the wrong type", NULL);
        failure_remedy(reading->failure, "%s, %s", setting_allowed(key, allowed),
                bare ? "without quotes" : "in double quotes");
        return -EINVAL;
}

/* One member of a service's group. */
static int take_member(struct group_reading *reading, struct service_definition *service,
        const config_setting_t *member)
{
        const struct {
                const char *name;
                struct setting_list *list;
        } lists[] = {
                {"services", &service->services},
                {"expose", &service->expose},
                {"libraries", &service->libraries},
                {"charsets", &service->charsets},
        };
        const char *name = config_setting_name(member), *key = "services";
        struct setting_list *list = NULL;
        int error = 0;

        if (strcmp(name, "name") == 0)
                return 0;
        for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
                if (strcmp(name, lists[i].name) == 0)
                        list = lists[i].list;
        if (!list) {
                group_refuse(reading, member, key, NULL, NULL,
                        "it has name, services, expose, libraries and charsets");
                failure_reason(reading->failure, "a service has no member %s", name);
                return -EINVAL;
        }
        if (!config_setting_is_array(member) && !config_setting_is_list(member))
                return group_refuse(reading, member, key, name, "it is no list",
                        "it must be a list of texts, as [ \"a\", \"b\" ]");
        for (int i = 0; error == 0 && i < reading->parser.length(member); i++) {
                const char *text =
                        reading->parser.string(reading->parser.element(member, (unsigned)i));

                error = text ? setting_list_add(list, text) : -EINVAL;
        }
        if (error == -EINVAL)
                return group_refuse(reading, member, key, name, "it holds what is no text",
                        "put each element in double quotes");
        return error < 0 ? failure_set(reading->failure, error, NULL, NULL, NULL) : 0;
}

/* A group in `services` defines a service, or extends one, and names it at once. */
static int take_service(
        struct group_reading *reading, const struct setting_key *key, const config_setting_t *group)
{
        struct service_definition *service = calloc(1, sizeof(*service));
        const char *name = NULL;
        int error = 0;

        if (!service)
                return failure_set(reading->failure, -ENOMEM, NULL, NULL, NULL);
        group_locate(reading, group, &service->file, &service->line);
        service->next = reading->settings->defined;
        reading->settings->defined = service;
        for (int i = 0; i < reading->parser.length(group); i++) {
                const config_setting_t *member = reading->parser.element(group, (unsigned)i);

                if (strcmp(config_setting_name(member), "name") == 0)
                        name = reading->parser.string(member);
        }
        if (!name || !name[0])
                return group_refuse(reading, group, key->name, NULL, "a service has no name",
                        "write { name = \"redis\"; ... }");
        service->name = strdup(name);
        if (!service->name)
                return failure_set(reading->failure, -ENOMEM, NULL, NULL, NULL);
        for (int i = 0; error == 0 && i < reading->parser.length(group); i++)
                error = take_member(reading, service, reading->parser.element(group, (unsigned)i));
        return error < 0 ? error : settings_store(reading->settings, key, name, reading->failure);
}

static int take_list(
        struct group_reading *reading, const struct setting_key *key, const config_setting_t *list)
{
        char allowed[SETTING_ALLOWED_SIZE];
        int error = 0;

        if (!config_setting_is_array(list) && !config_setting_is_list(list)) {
                group_refuse(reading, list, key->name, NULL, "it is no list", NULL);
                failure_remedy(
                        reading->failure, "%s, as [ \"a\", \"b\" ]", setting_allowed(key, allowed));
                return -EINVAL;
        }
        for (int i = 0; error == 0 && i < reading->parser.length(list); i++) {
                const config_setting_t *element = reading->parser.element(list, (unsigned)i);

                error = setting_index(key) == SETTING_services && config_setting_is_group(element)
                                ? take_service(reading, key, element)
                                : take_value(reading, key, element);
        }
        return error;
}

int group_take(struct group_reading *reading, const config_setting_t *setting)
{
        const char *name = config_setting_name(setting);
        const struct setting_key *key = setting_named(name);
        struct settings *settings = reading->settings;
        int error;

        if (!key)
                return group_refuse(reading, setting, NULL, name, "it is no setting of chrootshim",
                        "correct its name or remove it");
        group_locate(reading, setting, &settings->file[setting_index(key)],
                &settings->line[setting_index(key)]);
        if (setting_is_list(key))
                settings_clear(settings, key);
        error = setting_is_list(key) ? take_list(reading, key, setting)
                                     : take_value(reading, key, setting);
        if (error < 0)
                settings_locate(settings, reading->failure);
        return error;
}
