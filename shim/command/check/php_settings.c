/* PHP's own settings, as they hold in a server: from its php.ini files, and what overrides them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/php_settings.h"

#include "command/check/ini_file.h"
#include "command/memory.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reading {
        struct php_settings *settings;
        const char *path;
};

void php_settings_set(
        struct php_settings *settings, const char *name, const char *value, const char *where)
{
        struct php_setting *setting = NULL;

        for (size_t i = 0; i < settings->count; i++)
                if (strcmp(settings->item[i].name, name) == 0)
                        setting = &settings->item[i];
        if (!setting) {
                settings->item =
                        memory_grow(settings->item, settings->count + 1, sizeof(*settings->item));
                setting = &settings->item[settings->count++];
                *setting = (struct php_setting){.name = memory_copy(name)};
        }
        free(setting->value);
        free(setting->where);
        setting->value = memory_copy(value);
        setting->where = memory_copy(where);
}

/* "mysqli", "mysqli.so", "/usr/lib/php/20220829/mysqli.so" are one. */
static void add_extension(struct php_settings *settings, const char *value)
{
        const char *slash = strrchr(value, '/');
        const char *name = slash ? slash + 1 : value;
        size_t length = strcspn(name, ".");

        settings->extension =
                memory_grow(settings->extension, settings->extension_count + 1, sizeof(char *));
        settings->extension[settings->extension_count++] = memory_format("%.*s", (int)length, name);
}

static void found(void *context, const struct ini_entry *entry)
{
        struct reading *reading = context;
        char *where;

        /* What holds for one host or directory alone. */
        if (strncasecmp(entry->section, "PATH=", 5) == 0 ||
                strncasecmp(entry->section, "HOST=", 5) == 0)
                return;
        if (strcmp(entry->name, "extension") == 0 || strcmp(entry->name, "zend_extension") == 0) {
                add_extension(reading->settings, entry->value);
                return;
        }
        where = memory_format("%s:%u: %s", reading->path, entry->line, entry->name);
        php_settings_set(reading->settings, entry->name, entry->value, where);
        free(where);
}

void php_settings_read(struct php_settings *settings, const char *path)
{
        struct reading reading = {settings, path};

        ini_read(path, found, &reading);
}

static int is_ini(const struct dirent *entry)
{
        size_t length = strlen(entry->d_name);

        return length > 4 && strcmp(entry->d_name + length - 4, ".ini") == 0;
}

void php_settings_scan(struct php_settings *settings, const char *directory)
{
        struct dirent **entry;
        int count = scandir(directory, &entry, is_ini, alphasort);

        for (int i = 0; i < count; i++) {
                char *path = memory_format("%s/%s", directory, entry[i]->d_name);

                php_settings_read(settings, path);
                free(path);
                free(entry[i]);
        }
        if (count >= 0)
                free(entry);
}

const struct php_setting *php_settings_find(const struct php_settings *settings, const char *name)
{
        for (size_t i = 0; i < settings->count; i++)
                if (strcmp(settings->item[i].name, name) == 0)
                        return settings->item[i].value[0] ? &settings->item[i] : NULL;
        return NULL;
}

bool php_settings_loads(const struct php_settings *settings, const char *extension)
{
        for (size_t i = 0; i < settings->extension_count; i++)
                if (strcmp(settings->extension[i], extension) == 0)
                        return true;
        return false;
}

void php_settings_release(struct php_settings *settings)
{
        for (size_t i = 0; i < settings->count; i++) {
                free(settings->item[i].name);
                free(settings->item[i].value);
                free(settings->item[i].where);
        }
        for (size_t i = 0; i < settings->extension_count; i++)
                free(settings->extension[i]);
        free(settings->item);
        free(settings->extension);
        *settings = (struct php_settings){0};
}
