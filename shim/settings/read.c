/* Reads all settings, once: the file, then the variables, which override it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/read.h"

#include "build.h"
#include "settings/file.h"
#include "settings/values.h"
#include "system/loader.h"
#include "system/safety.h"

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
                SETTINGS_SHARED_VARIABLE, SETTINGS_TRACE_VARIABLE};

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
        size_t length = strcspn(entry, "=");
        const struct setting_key *key = setting_of_variable(entry, length);
        const char *value = entry + length + 1;
        int error;

        if (!key)
                return is_other_variable(entry, length) ? 0
                                                        : refuse_variable(entry, length, failure);
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
static int check_way(const struct settings *settings, struct failure *failure)
{
        const char *path = settings->path;
        char *real = loader_real_path(path);
        int error = real ? safety_of_way(real, failure) : fail_to_look(failure, -errno, path);

        if (error == 0)
                error = safety_of_way(path, failure);
        free(real);
        if (error < 0)
                failure->file = settings->path;
        return error;
}

const char *settings_file(void)
{
        const char *path = getenv(SETTINGS_VARIABLE);

        return path ? path : DEFAULT_SETTINGS_FILE;
}

int settings_read(struct settings *ret_settings, struct failure *ret_failure)
{
        const char *path = settings_file();
        int error;

        settings_init(ret_settings);
        if (path[0] != '/') {
                failure_set(ret_failure, 0, NULL, NULL, "it must be an absolute path");
                failure_reason(ret_failure, "it is \"%s\"", path);
                ret_failure->variable = SETTINGS_VARIABLE;
                return -EINVAL;
        }
        error = settings_read_file(ret_settings, path, getenv(SETTINGS_VARIABLE) != NULL,
                SETTINGS_VARIABLE, ret_failure);
        if (error == 0 && ret_settings->path)
                error = check_way(ret_settings, ret_failure);
        return error < 0 ? error : settings_read_environment(ret_settings, environ, ret_failure);
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
static void blame_definitions(
        const struct settings *settings, const char *path, struct failure *failure)
{
        if (failure->file) {
                failure->file = path;
        } else if (settings->line[SETTING_definitions]) {
                failure->setting = setting_keys[SETTING_definitions].name;
                settings_locate(settings, failure);
        }
}

static void take_definitions(struct settings *settings, struct settings *file, const char *path)
{
        struct service_definition *each;

        for (each = file->defined; each; each = each->next)
                each->file = path;
        settings->packaged = file->defined;
        settings->definitions_stamp = file->stamp;
        file->defined = NULL;
}

int settings_read_definitions(struct settings *settings, struct failure *ret_failure)
{
        const char *path = settings_definitions_file(settings);
        struct settings file;
        int error;

        settings_init(&file);
        error = settings_read_file(&file, path, settings->definitions != NULL,
                definitions_name(settings), ret_failure);
        if (error == 0 && file.path)
                error = check_way(&file, ret_failure);
        if (error == 0)
                error = check_definitions(&file, ret_failure);
        if (error == 0)
                take_definitions(settings, &file, path);
        else
                blame_definitions(settings, path, ret_failure);
        settings_release(&file);
        return error;
}
