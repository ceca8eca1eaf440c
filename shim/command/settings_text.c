/* Finds settings in the text of a libconfig file, without reading what they mean. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/settings_text.h"

#include "command/memory.h"
#include "command/quoting.h"

#include <stdlib.h>
#include <string.h>

/* Behind blanks and comments, of each of the three kinds that libconfig knows. */
static size_t skip_blanks(const char *text, size_t at)
{
        for (;;) {
                const char *end;

                at += strspn(text + at, " \t\r\n\f\v");
                if (text[at] == '#' || (text[at] == '/' && text[at + 1] == '/')) {
                        at += strcspn(text + at, "\n");
                } else if (text[at] == '/' && text[at + 1] == '*') {
                        end = strstr(text + at + 2, "*/");
                        at = end ? (size_t)(end - text) + 2 : strlen(text);
                } else {
                        return at;
                }
        }
}

static size_t skip_string(const char *text, size_t at)
{
        for (at++; text[at] && text[at] != '"'; at++)
                if (text[at] == '\\' && text[at + 1])
                        at++;
        return text[at] ? at + 1 : at;
}

static size_t skip_bracket(const char *text, size_t at)
{
        size_t depth = 0;

        do {
                if (text[at] == '"') {
                        at = skip_string(text, at);
                } else {
                        depth += strchr("[({", text[at]) != NULL;
                        depth -= strchr("])}", text[at]) != NULL;
                        at++;
                }
                if (depth > 0)
                        at = skip_blanks(text, at);
        } while (depth > 0 && text[at]);
        return at;
}

/* One value; strings that follow each other are one. */
static size_t skip_value(const char *text, size_t at)
{
        size_t end, next;

        if (text[at] && strchr("[({", text[at]))
                return skip_bracket(text, at);
        if (text[at] != '"')
                return at + strcspn(text + at, " \t\r\n\f\v;,#/\"[](){}");
        for (next = at; text[next] == '"'; next = skip_blanks(text, end))
                end = skip_string(text, next);
        return end;
}

/* Behind the name of the file in @include "FILE". */
static size_t skip_include(const char *text, size_t at)
{
        at = skip_blanks(text, at + strcspn(text + at, " \t\n\""));
        return text[at] == '"' ? skip_string(text, at) : at;
}

bool settings_text_find(const char *text, const char *name, struct settings_span *ret_span)
{
        size_t at = skip_blanks(text, 0);

        while (text[at]) {
                size_t length = strcspn(text + at, " \t\r\n\f\v=:;,#/\"[](){}");
                size_t value = skip_blanks(text, at + length);

                if (text[at] == '@') {
                        at = skip_blanks(text, skip_include(text, at));
                        continue;
                }
                if (length == 0 || !text[value] || !strchr("=:", text[value])) {
                        at = skip_blanks(text, at + (length > 0 ? length : 1));
                        continue;
                }
                value = skip_blanks(text, value + 1);
                if (length == strlen(name) && strncmp(text + at, name, length) == 0) {
                        *ret_span = (struct settings_span){value, skip_value(text, value)};
                        return true;
                }
                at = skip_blanks(text, skip_value(text, value));
        }
        return false;
}

static bool is_element(const char *text, size_t begin, size_t end, const char *element)
{
        return strlen(element) == end - begin && strncmp(text + begin, element, end - begin) == 0;
}

bool settings_text_list(const char *text, const struct settings_span *span, const char *element,
        struct settings_list *ret_list)
{
        size_t at = span->begin;

        if (text[at] != '[' && text[at] != '(')
                return false;
        *ret_list = (struct settings_list){.last_end = at + 1};
        at = skip_blanks(text, at + 1);
        while (at + 1 < span->end) {
                size_t end = skip_value(text, at), next = skip_blanks(text, end);

                if (end == at)
                        return false;
                ret_list->holds = ret_list->holds || is_element(text, at, end, element);
                ret_list->count++;
                ret_list->last_begin = at;
                ret_list->ends_with_comma = text[next] == ',';
                ret_list->last_end = ret_list->ends_with_comma ? next + 1 : end;
                at = ret_list->ends_with_comma ? skip_blanks(text, next + 1) : next;
        }
        return true;
}

/* Is it the section of this program, or that of none? */
static bool has_program(const char *group, const char *program)
{
        char *element = program ? quoted_setting(program) : NULL;
        struct settings_span span;
        struct settings_list list = {0};
        bool has = settings_text_find(group, "programs", &span) &&
                   settings_text_list(group, &span, element ? element : "", &list);

        has = program ? has && list.holds : list.count == 0;
        free(element);
        return has;
}

bool settings_text_section(
        const char *text, unsigned line, const char *program, struct settings_span *ret_span)
{
        size_t at = skip_blanks(text, 0), counted = 0;
        unsigned here = 1;

        while (text[at]) {
                for (; counted < at; counted++)
                        here += text[counted] == '\n';
                if (text[at] == '{' && here == line) {
                        size_t end = skip_bracket(text, at);
                        char *group = memory_format("%.*s", (int)(end - at - 2), text + at + 1);
                        bool found = has_program(group, program);

                        free(group);
                        *ret_span = (struct settings_span){at + 1, end - 1};
                        if (found)
                                return true;
                }
                at = skip_blanks(text, text[at] == '"' ? skip_string(text, at) : at + 1);
        }
        return false;
}
