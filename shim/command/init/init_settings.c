/* The file of settings that `chrootshim init` writes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_settings.h"

#include "command/memory.h"

#include <stdlib.h>
#include <string.h>

static void append(char **text, char *more)
{
        char *longer = memory_format("%s%s", *text, more);

        free(*text);
        free(more);
        *text = longer;
}

/* A text in quotes, as libconfig reads it. */
static char *quoted(const char *value, size_t length)
{
        char *text = memory_grow(NULL, 2 * length + 3, 1), *at = text;

        *at++ = '"';
        for (size_t i = 0; i < length; i++) {
                if (value[i] == '"' || value[i] == '\\')
                        *at++ = '\\';
                *at++ = value[i];
        }
        *at++ = '"';
        *at = '\0';
        return text;
}

/* Elements that are divided by colons. */
static void append_list(char **text, const char *value)
{
        append(text, memory_copy("["));
        while (*value) {
                size_t length = strcspn(value, ":");
                char *element = quoted(value, length);

                append(text, memory_format(" %s%s", element, value[length] ? "," : " "));
                free(element);
                value += length + (value[length] == ':');
        }
        append(text, memory_copy("]"));
}

static void append_setting(char **text, const struct setting_key *key, const char *value)
{
        append(text, memory_format("%s = ", key->name));
        if (setting_is_list(key))
                append_list(text, value);
        else if (key->type == TYPE_BOOLEAN || key->type == TYPE_STATUS)
                append(text, memory_copy(value));
        else
                append(text, quoted(value, strlen(value)));
        append(text, memory_copy(";\n"));
}

char *init_settings_text(const struct init_server *server, const char *services)
{
        char *text = memory_format(
                "// Settings of chrootshim for %s, as `chrootshim init` has written them: see\n"
                "// chrootshim.conf(5). `chrootshim check` says what is wrong or missing.\n",
                server->layout->server);
        char *pidfile = init_fill(server, server->layout->pidfile);

        for (size_t i = 0; i < SETTING_COUNT; i++) {
                const char *value = getenv(setting_keys[i].variable);

                if (!value && i == SETTING_pidfile)
                        value = pidfile;
                else if (!value && i == SETTING_isolation)
                        value = "namespace";
                else if (!value && i == SETTING_services && services[0])
                        value = services;
                if (value)
                        append_setting(&text, &setting_keys[i], value);
        }
        free(pidfile);
        return text;
}
