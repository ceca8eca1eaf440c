/* Takes the settings out of what a configuration file holds. */
#include "settings/read.h"

#include "build.h"
#include "settings/parser.h"
#include "system/kernel.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One reading: what everything below needs to know. */
struct reading {
        struct parser parser;
        const char *path;
        struct settings *settings;
        struct complaint *complaint;
};

static int load(struct reading *reading)
{
        if (parser_open(&reading->parser) == 0)
                return 0;
        return complain(reading->complaint,
                "%s cannot be read without %s: install libconfig, or configure chrootshim by "
                "environment variables alone",
                reading->path, LIBCONFIG_SONAME);
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

static int take_value(struct reading *reading, const struct setting_key *key,
        const config_setting_t *value, const char *place)
{
        char buffer[NUMBER_SIZE];
        const char *text = scalar_text(&reading->parser, value, key->type, buffer);

        if (!text)
                return complain(reading->complaint, "%s has a value of the wrong type: %s%s", place,
                        key->allowed,
                        key->type == TYPE_BOOLEAN || key->type == TYPE_STATUS
                                ? ", without quotes"
                                : ", in double quotes");
        return settings_store(reading->settings, key, place, text, reading->complaint);
}

static int complain_no_list(struct reading *reading, const char *place, const char *allowed)
{
        return complain(
                reading->complaint, "%s is no list: %s, as [ \"a\", \"b\" ]", place, allowed);
}

/* One member of a service's group. */
static int take_member(struct reading *reading, struct service_definition *service,
        const config_setting_t *member, const char *place)
{
        const struct {
                const char *name;
                struct setting_list *list;
        } lists[] = {
                {"expose", &service->expose},
                {"libraries", &service->libraries},
                {"charsets", &service->charsets},
        };
        const char *name = config_setting_name(member);
        char list_place[PATH_MAX + 128];
        int error = 0;

        if (strcmp(name, "name") == 0)
                return 0;
        snprintf(list_place, sizeof(list_place), "%s:%u: services: %s", reading->path,
                config_setting_source_line(member), name);
        for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
                if (strcmp(name, lists[i].name) != 0)
                        continue;
                if (!config_setting_is_array(member) && !config_setting_is_list(member))
                        return complain_no_list(reading, list_place, "it must be a list of texts");
                for (int j = 0; error == 0 && j < reading->parser.length(member); j++) {
                        const char *text = reading->parser.string(
                                reading->parser.element(member, (unsigned)j));

                        error = text ? setting_list_add(lists[i].list, text) : -EINVAL;
                }
                return error == -EINVAL ? complain(reading->complaint,
                                                  "%s holds what is no text: put each element in "
                                                  "double quotes",
                                                  list_place)
                                        : error;
        }
        return complain(reading->complaint,
                "%s: a service has no member %s: it has name, expose, libraries and charsets",
                place, name);
}

/* A group in `services` defines a service, or extends one, and names it at once. */
static int take_service(struct reading *reading, const struct setting_key *key,
        const config_setting_t *group, const char *place)
{
        struct service_definition *service = calloc(1, sizeof(*service));
        const char *name = NULL;
        int error = 0;

        if (!service)
                return -ENOMEM;
        service->next = reading->settings->definitions;
        reading->settings->definitions = service;
        for (int i = 0; i < reading->parser.length(group); i++) {
                const config_setting_t *member = reading->parser.element(group, (unsigned)i);

                if (strcmp(config_setting_name(member), "name") == 0)
                        name = reading->parser.string(member);
        }
        if (!name || !name[0])
                return complain(reading->complaint,
                        "%s: a service has no name: write { name = \"redis\"; ... }", place);
        service->name = strdup(name);
        if (!service->name)
                return -ENOMEM;
        for (int i = 0; error == 0 && i < reading->parser.length(group); i++)
                error = take_member(
                        reading, service, reading->parser.element(group, (unsigned)i), place);
        return error < 0 ? error
                         : settings_store(reading->settings, key, place, name, reading->complaint);
}

static int take_list(struct reading *reading, const struct setting_key *key,
        const config_setting_t *list, const char *place)
{
        bool services = strcmp(key->name, "services") == 0;
        int error = 0;

        if (!config_setting_is_array(list) && !config_setting_is_list(list))
                return complain_no_list(reading, place, key->allowed);
        for (int i = 0; error == 0 && i < reading->parser.length(list); i++) {
                const config_setting_t *element = reading->parser.element(list, (unsigned)i);

                error = services && config_setting_is_group(element)
                                ? take_service(reading, key, element, place)
                                : take_value(reading, key, element, place);
        }
        return error;
}

static int take_setting(struct reading *reading, const config_setting_t *setting)
{
        const char *name = config_setting_name(setting);
        const struct setting_key *key = setting_named(name);
        char place[PATH_MAX + 128];

        snprintf(place, sizeof(place), "%s:%u: %s", reading->path,
                config_setting_source_line(setting), name);
        if (!key)
                return complain(reading->complaint,
                        "%s is no setting of chrootshim: correct its name or remove it", place);
        reading->settings->line[setting_index(key)] = config_setting_source_line(setting);
        if (setting_is_list(key))
                return take_list(reading, key, setting, place);
        return take_value(reading, key, setting, place);
}

static int parse(struct reading *reading, const char *text)
{
        unsigned line = 0;
        const char *refused = parser_refuse(text, &line);
        config_t config;
        int error = 0;

        if (refused)
                return complain(reading->complaint, "%s:%u: %s", reading->path, line, refused);
        reading->parser.init(&config);
        if (reading->parser.read_string(&config, text)) {
                const config_setting_t *root = config_root_setting(&config);

                for (int i = 0; error == 0 && i < reading->parser.length(root); i++)
                        error = take_setting(reading, reading->parser.element(root, (unsigned)i));
        } else {
                error = complain(reading->complaint,
                        "%s:%d: %s: correct the line, as `key = value;`", reading->path,
                        config_error_line(&config), config_error_text(&config));
        }
        reading->parser.destroy(&config);
        return error;
}

/* The content as libconfig takes it, from malloc(): it takes no comment that ends with the file. */
static char *text_of(const char *content, size_t length)
{
        char *text = malloc(length + sizeof("\n"));

        if (!text)
                return NULL;
        memcpy(text, content, length);
        if (length > 0 && text[length - 1] != '\n')
                text[length++] = '\n';
        text[length] = '\0';
        return text;
}

int settings_read_text(struct settings *settings, const char *path, const char *content,
        size_t length, struct complaint *ret_complaint)
{
        struct reading reading = {.path = path, .settings = settings, .complaint = ret_complaint};
        char *text;
        int error;

        if (memchr(content, '\0', length))
                return complain(ret_complaint, "%s has a NUL byte: it must be a text file", path);
        text = text_of(content, length);
        free(settings->path);
        settings->path = strdup(path);
        error = text && settings->path ? load(&reading) : -ENOMEM;
        if (error == 0) {
                error = parse(&reading, text);
                parser_close(&reading.parser);
        }
        free(text);
        return error;
}
