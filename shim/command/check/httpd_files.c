/* Reads the files of httpd's configuration where httpd has no mod_info to tell what it understood.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/httpd_files.h"

#include "command/memory.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FILE_LIMIT ((size_t)4 << 20)

char *httpd_file_contents(int fd)
{
        char *text = NULL;
        size_t length = 0;
        ssize_t got = 1;

        while (fd >= 0 && got > 0 && length < FILE_LIMIT) {
                text = memory_grow(text, length + 65537, 1);
                got = read(fd, text + length, 65536);
                length += got > 0 ? (size_t)got : 0;
        }
        if (fd >= 0)
                close(fd);
        if (got < 0) {
                free(text);
                return NULL;
        }
        if (text)
                text[length] = '\0';
        return text;
}

/* <IfModule mod_rewrite.c>, or by its identifier. */
static bool has_module(const struct httpd_config *config, const char *name)
{
        size_t length = strlen(name);
        char *identifier;
        bool has;

        if (length <= 6 || strncmp(name, "mod_", 4) != 0 || strcmp(name + length - 2, ".c") != 0) {
                /* The names of the MPMs' sources are their own: prefork.c. */
                if (length > 2 && strcmp(name + length - 2, ".c") == 0)
                        identifier = memory_format("mpm_%.*s_module", (int)length - 2, name);
                else
                        identifier = memory_copy(name);
        } else {
                identifier = memory_format("%.*s_module", (int)length - 6, name + 4);
        }
        has = httpd_config_has(config, identifier);
        free(identifier);
        return has;
}

static bool has_define(const struct httpd_config *config, const char *name)
{
        for (size_t i = 0; i < config->define_count; i++)
                if (strcmp(config->define[i].name, name) == 0)
                        return true;
        return false;
}

static bool has_file(const struct httpd_config *config, const char *name)
{
        char *path = httpd_config_path(config, name);
        bool has = access(path, F_OK) == 0;

        free(path);
        return has;
}

static bool holds(const struct httpd_config *config, const struct httpd_directive *section)
{
        static const struct {
                const char *name;
                bool (*is_true)(const struct httpd_config *config, const char *argument);
        } conditions[] = {
                {"IfModule", has_module},
                {"IfDefine", has_define},
                {"IfFile", has_file},
        };
        const char *argument = section->count > 0 ? section->argument[0] : "";
        bool negated = argument[0] == '!';

        for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
                if (strcasecmp(section->name, conditions[i].name) == 0)
                        return conditions[i].is_true(config, argument + negated) != negated;
        return strcasecmp(section->name, "Macro") != 0 && strcasecmp(section->name, "Perl") != 0;
}

void httpd_files_prune(struct httpd_config *config)
{
        bool *kept = memory_grow(NULL, config->count + 1, sizeof(*kept));

        for (size_t i = 0; i < config->count; i++) {
                const struct httpd_directive *directive = &config->item[i];

                kept[i] = directive->section == HTTPD_NO_SECTION || kept[directive->section];
                if (directive->begins && !holds(config, directive))
                        kept[i] = false;
        }
        /* Sections refer to places in the list: so what is out stays there, without a meaning. */
        for (size_t i = 0; i < config->count; i++)
                if (!kept[i])
                        config->item[i].name[0] = '\0';
        free(kept);
}

static bool is_read(const struct httpd_config *config, size_t before, const char *path)
{
        for (size_t i = before; i < config->count; i++)
                if (strcmp(config->item[i].file, path) == 0)
                        return true;
        return false;
}

/* "  (146) /etc/apache2/mods-enabled/alias.load" */
void httpd_files_read(struct httpd_config *config, const char *includes)
{
        const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        size_t before = config->count;

        while (*includes) {
                size_t length = strcspn(includes, "\n");
                char *line = memory_format("%.*s", (int)length, includes);
                char *path = strstr(line, ") /");
                char *text = path && !is_read(config, before, path + 2)
                                     ? httpd_file_contents(open(path + 2, flags))
                                     : NULL;

                if (text)
                        httpd_config_parse(config, text, path + 2, false);
                free(text);
                free(line);
                includes += length + (includes[length] == '\n');
        }
        httpd_files_prune(config);
}
