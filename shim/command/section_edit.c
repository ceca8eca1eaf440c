/* Puts cures where they are in force: into the section of a server, if the file has any. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/section_edit.h"

#include "command/memory.h"
#include "command/quoting.h"
#include "command/settings_edit.h"
#include "command/settings_text.h"
#include "system/capabilities.h"

#include <stdlib.h>
#include <string.h>

static void append(char **text, const char *more)
{
        char *longer = memory_format("%s%s", *text, more);

        free(*text);
        *text = longer;
}

static void append_element(char **text, const char *element)
{
        char *quoted = quoted_setting(element);

        append(text, (*text)[0] ? ", " : "");
        append(text, quoted);
        free(quoted);
}

/* The elements that the list has from outside of the section. */
static char *elements_of(const struct settings *settings, const struct setting_key *key)
{
        const void *member = (const char *)settings + key->member;
        const struct setting_list *list = member;
        char *text = memory_copy("");

        if (key->type == TYPE_CAPABILITIES) {
                for (unsigned i = 0; capability_name(i); i++)
                        if (settings->keep_capabilities & 1ULL << i)
                                append_element(&text, capability_name(i));
                return text;
        }
        for (size_t i = 0; i < list->count; i++)
                append_element(&text, list->item[i]);
        return text;
}

/* The setting as it is to stand in the section; "" if that has it from outside. */
static char *setting_text(const struct settings *settings, const struct cure *cure)
{
        const struct setting_key *key = setting_named(cure->key);
        char *text = memory_copy(""), *element, *elements;
        struct settings_span span;
        struct settings_list list;

        settings_edit(&text, cure);
        text[strcspn(text, "\n")] = '\0';
        if (!setting_is_list(key))
                return text;
        elements = elements_of(settings, key);
        element = memory_format("%s = [ %s ];", key->name, elements);
        append_element(&elements, cure->value);
        free(text);
        text = memory_format("%s = [ %s ];", key->name, elements);
        free(elements);
        elements = quoted_setting(cure->value);
        if (settings_text_find(element, key->name, &span) &&
                settings_text_list(element, &span, elements, &list) && list.holds)
                text[0] = '\0';
        free(element);
        free(elements);
        return text;
}

/* Where the blanks begin that the text ends with. */
static size_t end_of(const char *text)
{
        size_t end = strlen(text);

        while (end > 0 && strchr(" \t\n", text[end - 1]))
                end--;
        return end;
}

/* The blanks before the last line of @group that is not empty; of the first if it is the only one.
 */
static char *indentation(const char *group, size_t end)
{
        size_t begin = end;

        while (begin > 0 && group[begin - 1] != '\n')
                begin--;
        return memory_format("%.*s", (int)strspn(group + begin, " \t"), group + begin);
}

/* Behind the last setting: on a line of its own, unless the section has one line. */
static void append_setting(char **group, const char *setting)
{
        size_t end = end_of(*group);
        bool lines = strchr(*group, '\n') != NULL;
        char *indent = lines ? indentation(*group, end) : memory_copy("");
        bool ended = end == 0 || strchr(";,", (*group)[end - 1]) || lines;
        char *longer = memory_format("%.*s%s%s%s%s%s", (int)end, *group, ended ? "" : ";",
                lines ? "\n" : " ", indent, setting, (*group)[end] ? *group + end : " ");

        free(indent);
        free(*group);
        *group = longer;
}

/* Return: has it changed? */
static bool edit_group(char **group, const struct settings *settings, const struct cure *cure)
{
        struct settings_span span;
        char *setting;
        bool changed;

        if (settings_text_find(*group, cure->key, &span))
                return settings_edit(group, cure);
        setting = setting_text(settings, cure);
        changed = setting[0] != '\0';
        if (changed)
                append_setting(group, setting);
        free(setting);
        return changed;
}

static enum section_edit edit_section(char **text, const struct settings_span *span,
        const struct settings *settings, const struct cure *cure)
{
        char *group = memory_format("%.*s", (int)(span->end - span->begin), *text + span->begin);
        bool changed = edit_group(&group, settings, cure);

        if (changed) {
                char *whole = memory_format(
                        "%.*s%s%s", (int)span->begin, *text, group, *text + span->end);

                free(*text);
                *text = whole;
        }
        free(group);
        return changed ? SECTION_EDITED : SECTION_SAME;
}

/* Does the setting stand in a file that the section includes? There, it must not stand twice. */
static bool is_included(
        const char *text, const struct settings_span *span, const char *file, const char *path)
{
        static const char directive[] = "@include";

        return file && strcmp(file, path) != 0 &&
               memmem(text + span->begin, span->end - span->begin, directive, strlen(directive));
}

enum section_edit section_edit(char **text, const char *path, const struct settings *settings,
        const struct cure *cure, const char **ret_file)
{
        const struct setting_key *key = cure->key ? setting_named(cure->key) : NULL;
        struct settings_span span;

        if (!key || !cure->value)
                return SECTION_SAME;
        if (settings->server == 0) {
                *ret_file = settings->file[setting_index(key)];
                if (*ret_file && strcmp(*ret_file, path) != 0)
                        return SECTION_ELSEWHERE;
                return settings_edit(text, cure) ? SECTION_EDITED : SECTION_SAME;
        }
        *ret_file = settings->server_file;
        if (strcmp(*ret_file, path) != 0 ||
                !settings_text_section(*text, settings->server_line,
                        settings->programs.count > 0 ? settings->programs.item[0] : NULL, &span))
                return SECTION_ELSEWHERE;
        if (is_included(*text, &span, settings->file[setting_index(key)], path)) {
                *ret_file = settings->file[setting_index(key)];
                return SECTION_ELSEWHERE;
        }
        return edit_section(text, &span, settings, cure);
}
