/* The settings: what the administrator asked for, by the names of the keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/settings.h"

#include "chrootshim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void setting_list_clear(struct setting_list *list)
{
        for (size_t i = 0; i < list->count; i++)
                free(list->item[i]);
        free(list->item);
        *list = (struct setting_list){0};
}

int setting_list_add(struct setting_list *list, const char *text)
{
        char **longer, *copy;

        if (!text[0])
                return -EINVAL;
        copy = strdup(text);
        longer = realloc(list->item, (list->count + 2) * sizeof(*longer));
        if (longer)
                list->item = longer;
        if (!copy || !longer) {
                free(copy);
                return -ENOMEM;
        }
        list->item[list->count++] = copy;
        list->item[list->count] = NULL;
        return 0;
}

void settings_init(struct settings *ret_settings)
{
        *ret_settings = (struct settings){
                .fixroot = true,
                .no_new_privs = true,
                .landlock = LANDLOCK_AUTO,
                .fatal_status = CHROOTSHIM_EXIT_FATAL,
                .exit_storm = EXIT_STORM_END,
                .log_level = LEVEL_WARNING,
        };
}

void settings_locate(const struct settings *settings, struct failure *failure)
{
        const struct setting_key *key = failure->setting ? setting_named(failure->setting) : NULL;
        const struct service_definition *definition =
                failure->service ? service_defined(settings->defined, failure->service) : NULL;

        if (!key || failure->file || failure->variable)
                return;
        if (definition && definition->file) {
                failure->file = definition->file;
                failure->line = definition->line;
                return;
        }
        failure->line = settings->line[setting_index(key)];
        if (failure->line)
                failure->file = settings->file[setting_index(key)];
        else
                failure->variable = key->variable;
}

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

bool settings_lists_program(const struct settings *settings, const char *path)
{
        const char *name = base_name(path);

        for (size_t i = 0; i < settings->programs.count; i++) {
                const char *listed = settings->programs.item[i];

                if (strcmp(listed, strchr(listed, '/') ? path : name) == 0)
                        return true;
        }
        return false;
}

bool settings_lists_word(const struct settings *settings, const char *word)
{
        for (size_t i = 0; i < settings->programs.count; i++)
                if (strcmp(settings->programs.item[i], word) == 0)
                        return true;
        return false;
}

bool settings_lists_name(const struct settings *settings, const char *name)
{
        for (size_t i = 0; i < settings->programs.count; i++)
                if (strcmp(base_name(settings->programs.item[i]), name) == 0)
                        return true;
        return settings->programs.count == 0 || settings_lists_program(settings, name);
}

const struct service_definition *service_defined(
        const struct service_definition *definition, const char *name)
{
        while (definition && strcmp(definition->name, name) != 0)
                definition = definition->next;
        return definition;
}

static void release_definitions(struct service_definition *definition)
{
        while (definition) {
                struct service_definition *next = definition->next;

                setting_list_clear(&definition->services);
                setting_list_clear(&definition->expose);
                setting_list_clear(&definition->libraries);
                setting_list_clear(&definition->charsets);
                free(definition->name);
                free(definition);
                definition = next;
        }
}

void settings_release(struct settings *settings)
{
        release_definitions(settings->defined);
        release_definitions(settings->packaged);
        for (size_t i = 0; i < SETTING_COUNT; i++) {
                void *member = (char *)settings + setting_keys[i].member;

                if (setting_keys[i].type == TYPE_LIST)
                        setting_list_clear(member);
                else if (setting_keys[i].type == TYPE_PATH)
                        free(*(char **)member);
        }
        free(settings->log_path);
        setting_list_clear(&settings->servers);
        sources_release(&settings->sources);
        settings_init(settings);
}
