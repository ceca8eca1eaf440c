/* Reads nsswitch.conf(5): the modules that look up accounts and hosts. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/name_services.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_wanted(const char *database)
{
        return strcmp(database, "passwd") == 0 || strcmp(database, "group") == 0 ||
               strcmp(database, "hosts") == 0;
}

/* A name becomes part of a file name: no more than what such names are made of. */
static bool is_name(const char *word)
{
        size_t length =
                strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

        return length > 0 && length <= NAME_SERVICE_LENGTH && !word[length];
}

/*
 * Sources, with actions in brackets between them: "files [NOTFOUND=return] dns". glibc needs no
 * space before or behind an action.
 */
static void each_source(char *sources, void (*found)(const char *name))
{
        char *word = sources;

        while ((word = strchr(word, '['))) {
                size_t length = strcspn(word, "]");

                memset(word, ' ', length + (word[length] == ']'));
        }
        while ((word = strsep(&sources, " \t\r\f\v")))
                if (is_name(word))
                        found(word);
}

void name_services_each(char *text, void (*found)(const char *name))
{
        char *line;

        while ((line = strsep(&text, "\n"))) {
                char *database, *sources;

                line[strcspn(line, "#")] = '\0';
                sources = line + strspn(line, " \t");
                database = strsep(&sources, ":");
                if (!sources)
                        continue;
                database[strcspn(database, " \t")] = '\0';
                if (is_wanted(database))
                        each_source(sources, found);
        }
}
