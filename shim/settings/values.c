/* Gives settings their values, which are texts in the file as in the environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/values.h"

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

        if (store_word(&target, setting_words(key), text) < 0) {
                int error = store_path(&settings->log_path, text);

                if (error < 0)
                        return error;
                target = LOG_TO_FILE;
        }
        settings->log = (enum log_target)target;
        return 0;
}

/* With a slash in it, it is a path: no program would ever be "bin/nginx", or "nginx/". */
static int store_element(struct setting_list *list, const struct setting_key *key, const char *text)
{
        const char *slash = strrchr(text, '/');

        if (setting_index(key) == SETTING_programs && slash && (text[0] != '/' || !slash[1]))
                return -EINVAL;
        return setting_list_add(list, text);
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
                return store_word(member, setting_words(key), text);
        case TYPE_LIST:
                return store_element(member, key, text);
        case TYPE_CAPABILITIES:
                return store_capability(member, text);
        case TYPE_TARGET:
                return store_target(settings, key, text);
        }
        return -EINVAL;
}

int settings_store(struct settings *settings, const struct setting_key *key, const char *text,
        struct failure *ret_failure)
{
        char allowed[SETTING_ALLOWED_SIZE];
        int error = store(settings, key, text);

        if (error == 0)
                return 0;
        failure_set(ret_failure, error == -EINVAL ? 0 : error, NULL, NULL,
                setting_allowed(key, allowed));
        if (error == -EINVAL)
                failure_reason(ret_failure, "it is \"%s\"", text);
        ret_failure->setting = key->name;
        return error;
}

void settings_clear(struct settings *settings, const struct setting_key *key)
{
        if (key->type == TYPE_CAPABILITIES)
                settings->keep_capabilities = 0;
        else
                setting_list_clear((void *)((char *)settings + key->member));
}
