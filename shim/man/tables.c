/* Prints the tables of settings and services for who writes the manual, or compares documents. */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lines whose fields are divided by tabs: "key", name, variable, what is allowed, default, meaning;
 * and "service", name, what it brings, what becomes of it under chroot. It is built for the machine
 * that builds, and so from a few files of the library alone.
 */
#include "settings/settings.h"
#include "supply/service_texts.h"

#include <stdio.h>
#include <string.h>

/* The default as a file of settings has it; nothing where there is none. */
static const char *default_of(const struct setting_key *key, const struct settings *settings)
{
        const void *member = (const char *)settings + key->member;
        static char text[16];

        switch (key->type) {
        case TYPE_BOOLEAN:
                return *(const bool *)member ? "true" : "false";
        case TYPE_STATUS:
                snprintf(text, sizeof(text), "%d", *(const int *)member);
                return text;
        case TYPE_WORD:
        case TYPE_TARGET:
                return setting_words(key)[*(const unsigned *)member];
        default:
                return "";
        }
}

/* What is allowed, without the words before it that an error message has. */
static const char *allowed_by(const struct setting_key *key, char *buffer)
{
        static const char begin[] = "it must be ";

        return setting_allowed(key, buffer) + strlen(begin);
}

int main(void)
{
        static const char *const meanings[] = {
#define MEANING(name, NAME, type, values, meaning) meaning,
                SETTING_KEYS(MEANING)
#undef MEANING
        };
        char allowed[SETTING_ALLOWED_SIZE];
        struct settings settings;

        settings_init(&settings);
        for (size_t i = 0; i < SETTING_COUNT; i++) {
                const struct setting_key *key = &setting_keys[i];

                printf("key\t%s\t%s\t%s\t%s\t%s\n", key->name, key->variable,
                        allowed_by(key, allowed), default_of(key, &settings), meanings[i]);
        }
#define TEXT(name, brings, under_chroot) puts("service\t" name "\t" brings "\t" under_chroot);
        SERVICE_TEXTS(TEXT)
#undef TEXT
        return 0;
}
