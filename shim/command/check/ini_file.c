/* Reads php.ini and its like: settings, one a line, with the places where they stand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/ini_file.h"

#include "command/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

/* Without the blanks around it. */
static char *trim(char *text)
{
        size_t length;

        text += strspn(text, BLANKS);
        for (length = strlen(text); length > 0 && strchr(BLANKS, text[length - 1]);)
                text[--length] = '\0';
        return text;
}

/* Without its quotes, and what follows them. */
static char *unquote(char *value, bool comments)
{
        char *end;

        if (value[0] == '"' || value[0] == '\'') {
                end = strchr(value + 1, value[0]);
                if (end)
                        *end = '\0';
                return value + 1;
        }
        end = comments ? strchr(value, ';') : NULL;
        if (end)
                *end = '\0';
        return trim(value);
}

static void parse_line(char *line, bool comments, struct ini_entry *entry, char **section,
        ini_found *found, void *context)
{
        char *equals, *end;

        line = trim(line);
        if (line[0] == ';' || line[0] == '#' || line[0] == '\0')
                return;
        end = line[0] == '[' ? strchr(line, ']') : NULL;
        if (end) {
                *end = '\0';
                free(*section);
                *section = memory_copy(line + 1);
                return;
        }
        equals = strchr(line, '=');
        if (!equals || equals == line)
                return;
        *equals = '\0';
        entry->section = *section;
        entry->name = trim(line);
        entry->value = unquote(trim(equals + 1), comments);
        found(context, entry);
}

void ini_parse(const char *text, bool comments, ini_found *found, void *context)
{
        struct ini_entry entry = {0};
        char *section = memory_copy("");

        while (*text) {
                size_t length = strcspn(text, "\n");
                char *line = memory_format("%.*s", (int)length, text);

                entry.line++;
                parse_line(line, comments, &entry, &section, found, context);
                free(line);
                text += length + (text[length] == '\n');
        }
        free(section);
}

bool ini_read(const char *path, ini_found *found, void *context)
{
        FILE *file = fopen(path, "re");
        size_t size = 0, got;
        char *text = NULL;

        if (!file)
                return false;
        do {
                text = memory_grow(text, size + 65537, 1);
                got = fread(text + size, 1, 65536, file);
                size += got;
        } while (got > 0 && size < 16 << 20);
        fclose(file);
        text[size] = '\0';
        ini_parse(text, true, found, context);
        free(text);
        return true;
}
