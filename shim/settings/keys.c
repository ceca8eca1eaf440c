/* The keys: the one table of all settings, with their names, their types and what is allowed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/keys.h"

#include "settings/settings.h"
#include "system/text.h"

#include <string.h>

static const char *const views[] = {"outside", "inside", NULL};
static const char *const unlisteds[] = {"inert", "refuse", NULL};
static const char *const isolations[] = {"chroot", "namespace", NULL};
static const char *const ownerships[] = {"strict", "warn", NULL};
static const char *const exit_storms[] = {"off", "refuse", "end", NULL};
static const char *const landlocks[] = {"off", "files", "auto", "require", NULL};

const struct setting_key setting_keys[SETTING_COUNT] = {
#define KEY(name, NAME, type, values, meaning)                                                     \
        {#name, SETTINGS_VARIABLE_PREFIX #NAME, type, offsetof(struct settings, name), values},
        SETTING_KEYS(KEY)
#undef KEY
};

const struct setting_key *setting_named(const char *name)
{
        for (size_t i = 0; i < SETTING_COUNT; i++)
                if (strcmp(setting_keys[i].name, name) == 0)
                        return &setting_keys[i];
        return NULL;
}

const struct setting_key *setting_of_variable(const char *name, size_t length)
{
        for (size_t i = 0; i < SETTING_COUNT; i++) {
                const char *variable = setting_keys[i].variable;

                if (strncmp(variable, name, length) == 0 && !variable[length])
                        return &setting_keys[i];
        }
        return NULL;
}

static void add_words(struct text *text, const char *const *words, const char *besides)
{
        size_t count = besides != NULL;

        for (const char *const *word = words; *word; word++)
                count++;
        for (size_t i = 0; i < count; i++)
                text_add_item(text, words[i] ? words[i] : besides, i, count, "or");
}

const char *setting_allowed(const struct setting_key *key, char *buffer)
{
        struct text text = text_in(buffer, SETTING_ALLOWED_SIZE);

        text_add(&text, "it must be ");
        switch (key->type) {
        case TYPE_PATH:
                text_add(&text, "an absolute path");
                break;
        case TYPE_BOOLEAN:
                text_add(&text, "true or false");
                break;
        case TYPE_STATUS:
                text_add(&text, "a number from 1 to 255");
                break;
        case TYPE_WORD:
                add_words(&text, setting_words(key), NULL);
                break;
        case TYPE_TARGET:
                add_words(&text, setting_words(key), "an absolute path");
                break;
        case TYPE_LIST:
        case TYPE_CAPABILITIES:
                text_add(&text, "a list of ");
                text_add(&text, key->values);
        }
        return buffer;
}
