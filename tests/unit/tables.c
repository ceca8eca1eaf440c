/*
 * Prints the tables of settings and services for who compares documents with them, or says whether
 * a settings file is accepted.
 *
 * Usage: tables         (lines of "key", name, variable, default; and of "service", name)
 *        tables FILE
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/file.h"
#include "settings/keys.h"
#include "supply/services.h"

#include <stdio.h>
#include <stdlib.h>

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

static int print_tables(void)
{
        struct settings settings;

        settings_init(&settings);
        for (size_t i = 0; i < SETTING_COUNT; i++)
                printf("key\t%s\t%s\t%s\n", setting_keys[i].name, setting_keys[i].variable,
                        default_of(&setting_keys[i], &settings));
        for (size_t i = 0; service_at(i); i++)
                printf("service\t%s\n", service_at(i)->name);
        return 0;
}

static int read_file(const char *path)
{
        char text[FAILURE_TEXT_SIZE];
        struct settings settings;
        struct failure failure;
        int error;

        settings_init(&settings);
        error = settings_read_file(&settings, path, true, "", &failure);
        settings_release(&settings);
        if (error == 0)
                return 0;
        puts(failure_text(&failure, text, sizeof(text)));
        return 1;
}

int main(int argc, char **argv)
{
        return argc > 1 ? read_file(argv[1]) : print_tables();
}
