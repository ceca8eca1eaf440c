/* libconfig, loaded for the length of one reading: it must not leak into the host. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/parser.h"

#include "build.h"
#include "libconfig_name.h"
#include "system/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool parser_bind(struct parser *parser)
{
        struct {
                const char *name;
                void *member;
        } const symbols[] = {
                {"config_init", &parser->init},
                {"config_destroy", &parser->destroy},
                {"config_read_string", &parser->read_string},
                {"config_setting_length", &parser->length},
                {"config_setting_get_elem", &parser->element},
                {"config_setting_get_bool", &parser->boolean},
                {"config_setting_get_int", &parser->integer},
                {"config_setting_get_string", &parser->string},
        };

        for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
                void *symbol = loader_symbol(parser->handle, symbols[i].name);

                if (!symbol)
                        return false;
                memcpy(symbols[i].member, &symbol, sizeof(symbol));
        }
        return true;
}

int parser_open(struct parser *ret_parser)
{
        ret_parser->handle =
                loader_open(LIBCONFIG_SONAME, RTLD_NOW | RTLD_LOCAL | LIBCONFIG_BINDING);
        if (ret_parser->handle && parser_bind(ret_parser))
                return 0;
        if (ret_parser->handle)
                loader_close(ret_parser->handle);
        return -ENOENT;
}

void parser_close(struct parser *parser)
{
        loader_close(parser->handle);
}

/* Behind the text in double quotes that begins here; its escapes are a backslash and any byte. NULL
 * if it has no end. */
static const char *string_end(const char *text)
{
        for (text++; *text && *text != '"'; text++)
                if (text[0] == '\\' && text[1])
                        text++;
        return *text ? text + 1 : NULL;
}

static unsigned line_of(const char *text, const char *position)
{
        unsigned line = 1;

        for (; text < position; text++)
                line += *text == '\n';
        return line;
}

/* Behind the comment, the text in quotes or the byte that begins here; NULL if it has no end. */
static const char *token_end(const char *text)
{
        const char *end;

        if (text[0] == '/' && text[1] == '*') {
                end = strstr(text + 2, "*/");
                return end ? end + 2 : NULL;
        }
        if (text[0] == '#' || (text[0] == '/' && text[1] == '/'))
                return text + strcspn(text, "\n");
        return text[0] == '"' ? string_end(text) : text + 1;
}

int parser_refuse(const char *text, struct failure *ret_failure)
{
        const char *position = text, *end = text;

        while (*position && *position != '@' && (end = token_end(position)))
                position = end;
        if (!*position)
                return 0;
        if (end)
                failure_set(ret_failure, 0, NULL, "@include is not possible",
                        "write all settings into this file");
        else if (*position == '"')
                failure_set(
                        ret_failure, 0, NULL, "the text in quotes has no end", "close it by \"");
        else
                failure_set(ret_failure, 0, NULL, "the comment has no end", "close it by */");
        ret_failure->line = line_of(text, position);
        return -EINVAL;
}
