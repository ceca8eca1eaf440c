/* Fuzz target of settings_edit(): a file that was taken before is taken with the cure in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/settings_edit.h"
#include "settings/contents.h"
#include "settings/parser.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* Once for all inputs: each reading opens and closes it, which takes longer than to read. */
int LLVMFuzzerInitialize(int *count, char ***arguments)
{
        static struct parser parser;

        check(parser_open(&parser) == 0);
        return 0;
}

static bool taken(struct settings *settings, const char *text)
{
        struct failure failure = {0};

        settings_init(settings);
        return settings_read_contents(settings, "conf", &(struct settings_stamp){0}, text,
                       strlen(text), &failure) == 0;
}

static bool holds(const struct setting_list *list, const char *element)
{
        for (size_t i = 0; i < list->count; i++)
                if (strcmp(list->item[i], element) == 0)
                        return true;
        return false;
}

static void put(char **text, const char *key, const char *value)
{
        struct cure cure = {NULL, NULL, NULL};

        cure_set(&cure, key, value);
        settings_edit(text, &cure);
        free(cure.value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = malloc(size + 1);
        struct settings before, after;
        bool was_taken;

        memcpy(text, data, size);
        text[size] = '\0';
        was_taken = taken(&before, text);
        put(&text, "expose", "/a \"b\" \\ c");
        put(&text, "jail", "/y");
        if (was_taken) {
                check(taken(&after, text));
                check(strcmp(after.jail, "/y") == 0);
                check(holds(&after.expose, "/a \"b\" \\ c"));
                for (size_t i = 0; i < before.expose.count; i++)
                        check(holds(&after.expose, before.expose.item[i]));
                check(after.services.count == before.services.count);
                check(after.fatal_status == before.fatal_status);
                settings_release(&after);
        }
        settings_release(&before);
        free(text);
        return 0;
}
