/* The values of settings: their types and limits, and the environment as their source. */
#include "settings/settings.h"

#include "chrootshim.h"
#include "system/capabilities.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int store_path(char **target, const char *text)
{
        char *copy;

        if (text[0] != '/')
                return -EINVAL;
        copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        free(*target);
        *target = copy;
        return 0;
}

static int store_boolean(bool *target, const char *text)
{
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
                return -EINVAL;
        *target = text[0] == 't';
        return 0;
}

static int store_status(int *target, const char *text)
{
        char *end;
        long status = strtol(text, &end, 10);

        if (text[0] < '0' || text[0] > '9' || *end || status < 1 || status > 255)
                return -EINVAL;
        *target = (int)status;
        return 0;
}

static int store_word(unsigned *target, const char *const *words, const char *text)
{
        for (unsigned i = 0; words[i]; i++) {
                if (strcmp(words[i], text) == 0) {
                        *target = i;
                        return 0;
                }
        }
        return -EINVAL;
}

static void list_clear(struct setting_list *list)
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

static int store_capability(uint64_t *mask, const char *text)
{
        int number = capability_named(text);

        if (number < 0)
                return -EINVAL;
        *mask |= 1ULL << number;
        return 0;
}

static int store_target(struct settings *settings, const struct setting_key *key, const char *text)
{
        unsigned target;

        if (store_word(&target, key->words, text) < 0) {
                int error = store_path(&settings->log_path, text);

                if (error < 0)
                        return error;
                target = LOG_TO_FILE;
        }
        settings->log_target = (enum log_target)target;
        return 0;
}

static int store(struct settings *settings, const struct setting_key *key, const char *text)
{
        void *member = (char *)settings + key->member;

        switch (key->type) {
        case TYPE_PATH:
                return store_path(member, text);
        case TYPE_BOOLEAN:
                return store_boolean(member, text);
        case TYPE_STATUS:
                return store_status(member, text);
        case TYPE_WORD:
                return store_word(member, key->words, text);
        case TYPE_LIST:
                return setting_list_add(member, text);
        case TYPE_CAPABILITIES:
                return store_capability(member, text);
        case TYPE_TARGET:
                return store_target(settings, key, text);
        }
        return -EINVAL;
}

void settings_init(struct settings *ret_settings)
{
        *ret_settings = (struct settings){
                .fixroot = true,
                .no_new_privs = true,
                .fatal_status = CHROOTSHIM_EXIT_FATAL,
                .log_level = LEVEL_WARNING,
        };
}

int settings_store(struct settings *settings, const struct setting_key *key, const char *place,
        const char *text, struct complaint *ret_complaint)
{
        int error = store(settings, key, text);

        if (error == -EINVAL)
                return complain(ret_complaint, "%s is \"%s\": %s", place, text, key->allowed);
        if (error < 0)
                complain(ret_complaint, "%s: %s", place, error_text(error));
        return error;
}

/* The elements of a colon-separated list replace those of the file. */
static int read_list(struct settings *settings, const struct setting_key *key, const char *value,
        struct complaint *ret_complaint)
{
        char *copy = strdup(value), *rest = copy, *element;
        int error = copy ? 0 : -ENOMEM;

        if (key->type == TYPE_CAPABILITIES)
                settings->keep_capabilities = 0;
        else
                list_clear((void *)((char *)settings + key->member));
        while (error == 0 && value[0] && (element = strsep(&rest, ":")))
                error = settings_store(settings, key, key->variable, element, ret_complaint);
        free(copy);
        return error;
}

/* Variables of ours that are no setting. */
static bool is_other_variable(const char *name, size_t length)
{
        static const char *const others[] = {
                SETTINGS_VARIABLE, SETTINGS_HELPER_VARIABLE, SETTINGS_INSIDE_VARIABLE};

        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                if (strlen(others[i]) == length && memcmp(name, others[i], length) == 0)
                        return true;
        return false;
}

static int read_variable(
        struct settings *settings, const char *entry, struct complaint *ret_complaint)
{
        size_t length = strcspn(entry, "=");
        const struct setting_key *key = setting_of_variable(entry, length);

        if (!key) {
                if (is_other_variable(entry, length))
                        return 0;
                return complain(ret_complaint,
                        "the environment has %.*s, which is no setting of chrootshim: "
                        "correct its name or unset it",
                        (int)length, entry);
        }
        settings->line[setting_index(key)] = 0;
        if (setting_is_list(key))
                return read_list(settings, key, entry + length + 1, ret_complaint);
        return settings_store(settings, key, key->variable, entry + length + 1, ret_complaint);
}

int settings_read_environment(
        struct settings *settings, char *const *environment, struct complaint *ret_complaint)
{
        for (; *environment; environment++) {
                int error;

                if (strncmp(*environment, SETTINGS_VARIABLE_PREFIX,
                            strlen(SETTINGS_VARIABLE_PREFIX)) != 0 ||
                        !strchr(*environment, '='))
                        continue;
                error = read_variable(settings, *environment, ret_complaint);
                if (error < 0)
                        return error;
        }
        return 0;
}

static bool list_has(const struct setting_list *list, const char *text)
{
        for (size_t i = 0; i < list->count; i++)
                if (strcmp(list->item[i], text) == 0)
                        return true;
        return false;
}

void settings_locate(const struct settings *settings, struct complaint *complaint)
{
        struct complaint old = *complaint;
        char *rest = old.text + strcspn(old.text, " :"), end = *rest;
        const struct setting_key *key;
        const char *colon = "";
        unsigned line;

        *rest = '\0';
        key = setting_named(old.text);
        if (!key && end == ':' && list_has(&settings->services, old.text))
                key = setting_named("services");
        if (!key)
                return;
        *rest = end;
        if (strncmp(old.text, key->name, strlen(key->name)) != 0) {
                rest = old.text;
                colon = ": ";
        }
        line = settings->line[setting_index(key)];
        if (line)
                complain(complaint, "%s:%u: %s%s%s", settings->path, line, key->name, colon, rest);
        else
                complain(complaint, "%s%s%s", key->variable, colon, rest);
}

bool settings_lists_program(const struct settings *settings, const char *path)
{
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;

        for (size_t i = 0; i < settings->programs.count; i++) {
                const char *listed = settings->programs.item[i];

                if (strcmp(listed, strchr(listed, '/') ? path : name) == 0)
                        return true;
        }
        return false;
}

void settings_release(struct settings *settings)
{
        struct service_definition *definition;

        while ((definition = settings->definitions)) {
                settings->definitions = definition->next;
                list_clear(&definition->expose);
                list_clear(&definition->libraries);
                list_clear(&definition->charsets);
                free(definition->name);
                free(definition);
        }
        list_clear(&settings->aliases);
        list_clear(&settings->programs);
        list_clear(&settings->expose);
        list_clear(&settings->services);
        list_clear(&settings->libraries);
        list_clear(&settings->charsets);
        free(settings->jail);
        free(settings->pidfile);
        free(settings->scoreboard);
        free(settings->log_path);
        free(settings->path);
        settings_init(settings);
}
