/* Reads all settings, once: the file, then the variables, which override it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/read.h"

#include "build.h"
#include "settings/file.h"
#include "settings/values.h"
#include "system/loader.h"
#include "system/safety.h"
#include "system/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The elements of a colon-separated list replace those of the file. */
static int read_list(struct settings *settings, const struct setting_key *key, const char *value,
        struct failure *failure)
{
        char *copy = strdup(value), *rest = copy, *element;
        int error = copy ? 0 : failure_set(failure, -ENOMEM, NULL, NULL, NULL);

        settings_clear(settings, key);
        while (error == 0 && value[0] && (element = strsep(&rest, ":")))
                error = settings_store(settings, key, element, failure);
        free(copy);
        return error;
}

/* Variables of ours that are no setting. */
static bool is_other_variable(const char *name, size_t length)
{
        static const char *const others[] = {SETTINGS_VARIABLE, SETTINGS_HELPER_VARIABLE,
                SETTINGS_INSIDE_VARIABLE, SETTINGS_NEXT_VARIABLE, SETTINGS_LINKS_VARIABLE,
                SETTINGS_SHARED_VARIABLE, SETTINGS_TRACE_VARIABLE, SETTINGS_SERVER_VARIABLE};

        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                if (strlen(others[i]) == length && memcmp(name, others[i], length) == 0)
                        return true;
        return false;
}

static int refuse_variable(const char *entry, size_t length, struct failure *failure)
{
        char *name = strndup(entry, length);
        int error = failure_set(failure, 0, name,
                "it is a variable of the environment which is no setting of chrootshim",
                "correct its name or unset it");

        free(name);
        return error;
}

static int read_variable(struct settings *settings, const char *entry, struct failure *failure)
{
        size_t length = (size_t)(strchrnul(entry, '=') - entry);
        const struct setting_key *key = setting_of_variable(entry, length);
        const char *value = entry + length + 1;
        int error;

        if (!key)
                return is_other_variable(entry, length) ? 0
                                                        : refuse_variable(entry, length, failure);
        settings->file[setting_index(key)] = NULL;
        settings->line[setting_index(key)] = 0;
        error = setting_is_list(key) ? read_list(settings, key, value, failure)
                                     : settings_store(settings, key, value, failure);
        if (error < 0) {
                failure->setting = key->name;
                settings_locate(settings, failure);
        }
        return error;
}

int settings_read_environment(
        struct settings *settings, char *const *environment, struct failure *ret_failure)
{
        const size_t prefix = strlen(SETTINGS_VARIABLE_PREFIX);
        int error = 0;

        for (; error == 0 && *environment; environment++)
                if (strncmp(*environment, SETTINGS_VARIABLE_PREFIX, prefix) == 0 &&
                        strchr(*environment, '='))
                        error = read_variable(settings, *environment, ret_failure);
        return error;
}

/* Could somebody else put another file in the place of this one? */
static int check_way(const struct settings_source *source, struct failure *failure)
{
        const char *path = source->path;
        char *real = loader_real_path(path);
        int error = real ? safety_of_way(real, failure) : fail_to_look(failure, -errno, path);

        if (error == 0 && strcmp(path, real) != 0)
                error = safety_of_way(path, failure);
        free(real);
        if (error < 0) {
                failure->file = source->by ? source->by : path;
                failure->line = source->line;
        }
        return error;
}

/* The way to a directory, too, which has files now or later. */
static int check_ways(const struct settings *settings, struct failure *failure)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < settings->sources.count; i++)
                if (!settings->sources.item[i].stamp.gone)
                        error = check_way(&settings->sources.item[i], failure);
        return error;
}

const char *settings_file(void)
{
        const char *path = getenv(SETTINGS_VARIABLE);

        return path ? path : DEFAULT_SETTINGS_FILE;
}

static int read_all(struct settings *ret_settings, bool (*wants)(const struct settings *),
        struct failure *ret_failure)
{
        const char *path = settings_file();
        int error;

        settings_init(ret_settings);
        ret_settings->wants = wants;
        if (path[0] != '/') {
                failure_set(ret_failure, 0, NULL, NULL, "it must be an absolute path");
                failure_reason(ret_failure, "it is \"%s\"", path);
                ret_failure->variable = SETTINGS_VARIABLE;
                return -EINVAL;
        }
        error = settings_read_file(ret_settings, path, getenv(SETTINGS_VARIABLE) != NULL,
                SETTINGS_VARIABLE, ret_failure);
        if (error == 0)
                error = check_ways(ret_settings, ret_failure);
        return error;
}

int settings_read_for(struct settings *ret_settings, bool (*wants)(const struct settings *section),
        struct failure *ret_failure)
{
        int error = read_all(ret_settings, wants, ret_failure);

        return error < 0 ? error : settings_read_environment(ret_settings, environ, ret_failure);
}

/* The names of all sections: "a, b or c". */
static const char *section_names(const struct settings *settings, char *buffer, size_t size)
{
        struct text text = text_in(buffer, size);

        for (size_t i = 0; i < settings->servers.count; i++)
                text_add_item(&text, settings->servers.item[i], i, settings->servers.count, "or");
        return buffer;
}

/* Does it list the very name that CHROOTSHIM_SERVER has? No other section does. */
static bool lists_it(const struct settings *section)
{
        const char *name = getenv(SETTINGS_SERVER_VARIABLE);

        return name && settings_lists_word(section, name);
}

/* Is it what CHROOTSHIM_SERVER names? Where it is not set, the only section is. */
static bool is_asked_for(const struct settings *section)
{
        const char *name = getenv(SETTINGS_SERVER_VARIABLE);

        return !name || (name[0] && settings_lists_name(section, name));
}

static int refuse_server(const struct settings *settings, struct failure *failure)
{
        const char *name = getenv(SETTINGS_SERVER_VARIABLE);
        char names[TEXT_STRING_LIMIT];

        failure_set(failure, 0, NULL, NULL, NULL);
        failure_remedy(failure, "name one by %s (--server): %s", SETTINGS_SERVER_VARIABLE,
                section_names(settings, names, sizeof(names)));
        if (name)
                failure_reason(failure, "no section lists %s", name);
        else
                failure_reason(failure, "it has several sections");
        failure->setting = "servers";
        failure->file = settings->path;
        return -EINVAL;
}

/* A section that lists the name itself, before one that lists a path which ends with it. */
static int read_asked_for(struct settings *ret_settings, struct failure *failure)
{
        int error = settings_read_for(ret_settings, lists_it, failure);

        if (error < 0 || !settings_is_unserved(ret_settings))
                return error;
        settings_release(ret_settings);
        return settings_read_for(ret_settings, is_asked_for, failure);
}

int settings_read(struct settings *ret_settings, struct failure *ret_failure)
{
        const char *name = getenv(SETTINGS_SERVER_VARIABLE);
        int error = read_asked_for(ret_settings, ret_failure);

        if (error < 0)
                return error;
        if (name)
                return name[0] && settings_is_unserved(ret_settings)
                               ? refuse_server(ret_settings, ret_failure)
                               : 0;
        if (ret_settings->servers.count <= 1)
                return 0;
        if (!getenv(setting_keys[SETTING_jail].variable))
                return refuse_server(ret_settings, ret_failure);
        settings_release(ret_settings);
        return settings_read_for(ret_settings, NULL, ret_failure);
}

const char *settings_definitions_file(const struct settings *settings)
{
        return settings->definitions ? settings->definitions : DEFAULT_DEFINITIONS_FILE;
}

/* In that file, a name alone asks for nothing, and a setting sets nothing. */
static int check_definitions(const struct settings *file, struct failure *failure)
{
        const struct service_definition *definition = file->defined;
        size_t count = 0;

        for (; definition; definition = definition->next)
                count++;
        if (file->servers.count > 0) {
                failure_set(failure, 0, NULL, "this file has definitions in services alone",
                        "write the sections into the file of settings");
                failure->setting = "servers";
                failure->file = file->path;
                return -EINVAL;
        }
        for (size_t i = 0; i < SETTING_COUNT; i++) {
                if (file->line[i] == 0 || (i == SETTING_services && count == file->services.count))
                        continue;
                failure_set(failure, 0, NULL, "this file has definitions in services alone",
                        "write services = ( { name = \"blog\"; ... }, ... )");
                failure->setting = setting_keys[i].name;
                settings_locate(file, failure);
                return -EINVAL;
        }
        return 0;
}

/* How the administrator has named that file, or would name another. */
static const char *definitions_name(const struct settings *settings)
{
        return settings->line[SETTING_definitions] ? "the key definitions"
                                                   : setting_keys[SETTING_definitions].variable;
}

/* What is in the file is told by the file; what is wrong with it as such, by who names it. */
static void blame_definitions(const struct settings *settings, struct failure *failure)
{
        if (!failure->file && settings->line[SETTING_definitions]) {
                failure->setting = setting_keys[SETTING_definitions].name;
                settings_locate(settings, failure);
        }
}

int settings_read_definitions(struct settings *settings, struct failure *ret_failure)
{
        const char *path = settings_definitions_file(settings);
        struct settings file;
        int error;

        settings_init(&file);
        error = settings_read_file(&file, path, settings->definitions != NULL,
                definitions_name(settings), ret_failure);
        if (error == 0)
                error = check_ways(&file, ret_failure);
        if (error == 0)
                error = check_definitions(&file, ret_failure);
        if (error < 0)
                blame_definitions(settings, ret_failure);
        /* Failures name them, and so do definitions. */
        if (sources_move(&settings->sources, &file.sources) < 0)
                error = failure_set(ret_failure, -ENOMEM, NULL, NULL, NULL);
        if (error == 0) {
                settings->packaged = file.defined;
                file.defined = NULL;
        }
        settings_release(&file);
        return error;
}
