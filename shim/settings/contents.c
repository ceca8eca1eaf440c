/* Takes the settings out of what a configuration file holds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/contents.h"

#include "libconfig_name.h"
#include "settings/parser.h"
#include "settings/values.h"
#include "system/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One reading: what everything below needs to know. */
struct reading {
        struct parser parser;
        struct settings *settings;
        struct failure *failure;
};

/* Say that @setting, or its part @name, is not as it must be. */
static int refuse(struct reading *reading, const config_setting_t *setting, const char *key,
        const char *name, const char *reason, const char *remedy)
{
        int error = failure_set(reading->failure, 0, name, reason, remedy);

        reading->failure->setting = key;
        reading->failure->file = reading->settings->path;
        reading->failure->line = config_setting_source_line(setting);
        return error;
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
        struct reading *reading, const struct setting_key *key, const config_setting_t *value)
{
        bool bare = key->type == TYPE_BOOLEAN || key->type == TYPE_STATUS;
        char buffer[NUMBER_SIZE], allowed[SETTING_ALLOWED_SIZE];
        const char *text = scalar_text(&reading->parser, value, key->type, buffer);

        if (text)
                return settings_store(reading->settings, key, text, reading->failure);
        refuse(reading, value, key->name, NULL, "it has a value of the wrong type", NULL);
        failure_remedy(reading->failure, "%s, %s", setting_allowed(key, allowed),
                bare ? "without quotes" : "in double quotes");
        return -EINVAL;
}

/* One member of a service's group. */
static int take_member(
        struct reading *reading, struct service_definition *service, const config_setting_t *member)
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
                refuse(reading, member, key, NULL, NULL,
                        "it has name, services, expose, libraries and charsets");
                failure_reason(reading->failure, "a service has no member %s", name);
                return -EINVAL;
        }
        if (!config_setting_is_array(member) && !config_setting_is_list(member))
                return refuse(reading, member, key, name, "it is no list",
                        "it must be a list of texts, as [ \"a\", \"b\" ]");
        for (int i = 0; error == 0 && i < reading->parser.length(member); i++) {
                const char *text =
                        reading->parser.string(reading->parser.element(member, (unsigned)i));

                error = text ? setting_list_add(list, text) : -EINVAL;
        }
        if (error == -EINVAL)
                return refuse(reading, member, key, name, "it holds what is no text",
                        "put each element in double quotes");
        return error < 0 ? failure_set(reading->failure, error, NULL, NULL, NULL) : 0;
}

/* A group in `services` defines a service, or extends one, and names it at once. */
static int take_service(
        struct reading *reading, const struct setting_key *key, const config_setting_t *group)
{
        struct service_definition *service = calloc(1, sizeof(*service));
        const char *name = NULL;
        int error = 0;

        if (!service)
                return failure_set(reading->failure, -ENOMEM, NULL, NULL, NULL);
        service->file = reading->settings->path;
        service->line = config_setting_source_line(group);
        service->next = reading->settings->defined;
        reading->settings->defined = service;
        for (int i = 0; i < reading->parser.length(group); i++) {
                const config_setting_t *member = reading->parser.element(group, (unsigned)i);

                if (strcmp(config_setting_name(member), "name") == 0)
                        name = reading->parser.string(member);
        }
        if (!name || !name[0])
                return refuse(reading, group, key->name, NULL, "a service has no name",
                        "write { name = \"redis\"; ... }");
        service->name = strdup(name);
        if (!service->name)
                return failure_set(reading->failure, -ENOMEM, NULL, NULL, NULL);
        for (int i = 0; error == 0 && i < reading->parser.length(group); i++)
                error = take_member(reading, service, reading->parser.element(group, (unsigned)i));
        return error < 0 ? error : settings_store(reading->settings, key, name, reading->failure);
}

static int take_list(
        struct reading *reading, const struct setting_key *key, const config_setting_t *list)
{
        char allowed[SETTING_ALLOWED_SIZE];
        int error = 0;

        if (!config_setting_is_array(list) && !config_setting_is_list(list)) {
                refuse(reading, list, key->name, NULL, "it is no list", NULL);
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

static int take_setting(struct reading *reading, const config_setting_t *setting)
{
        const char *name = config_setting_name(setting);
        const struct setting_key *key = setting_named(name);
        int error;

        if (!key)
                return refuse(reading, setting, NULL, name, "it is no setting of chrootshim",
                        "correct its name or remove it");
        reading->settings->line[setting_index(key)] = config_setting_source_line(setting);
        error = setting_is_list(key) ? take_list(reading, key, setting)
                                     : take_value(reading, key, setting);
        if (error < 0)
                settings_locate(reading->settings, reading->failure);
        return error;
}

static int parse(struct reading *reading, const char *text)
{
        config_t config;
        int error = parser_refuse(text, reading->failure);

        if (error < 0) {
                reading->failure->file = reading->settings->path;
                return error;
        }
        reading->parser.init(&config);
        if (reading->parser.read_string(&config, text)) {
                const config_setting_t *root = config_root_setting(&config);

                for (int i = 0; error == 0 && i < reading->parser.length(root); i++)
                        error = take_setting(reading, reading->parser.element(root, (unsigned)i));
        } else {
                error = failure_set(reading->failure, 0, NULL, config_error_text(&config),
                        "correct the line, as `key = value;`");
                reading->failure->file = reading->settings->path;
                reading->failure->line = (unsigned)config_error_line(&config);
        }
        reading->parser.destroy(&config);
        return error;
}

/* The text as libconfig takes it: no comment ends with the file. From malloc(). */
static char *whole_text(const char *bytes, size_t length)
{
        char *text = malloc(length + sizeof("\n"));

        if (!text)
                return NULL;
        memcpy(text, bytes, length);
        if (length > 0 && text[length - 1] != '\n')
                text[length++] = '\n';
        text[length] = '\0';
        return text;
}

static int read_whole(struct reading *reading, const char *text)
{
        int error;

        if (parser_open(&reading->parser) < 0)
                return failure_set(reading->failure, 0, reading->settings->path,
                        "it cannot be read without " LIBCONFIG_SONAME,
                        "install libconfig, or configure chrootshim by environment variables "
                        "alone");
        error = parse(reading, text);
        parser_close(&reading->parser);
        return error;
}

int settings_read_contents(struct settings *settings, const char *path, const char *bytes,
        size_t length, struct failure *ret_failure)
{
        struct reading reading = {.settings = settings, .failure = ret_failure};
        char *text = NULL;
        int error;

        if (memchr(bytes, '\0', length))
                return failure_set(
                        ret_failure, 0, path, "it has a NUL byte", "it must be a text file");
        free(settings->path);
        settings->path = strdup(path);
        text = settings->path ? whole_text(bytes, length) : NULL;
        error = text ? read_whole(&reading, text)
                     : failure_set(ret_failure, -ENOMEM, path, NULL, NULL);
        free(text);
        return error;
}
