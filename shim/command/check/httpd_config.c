/* httpd's configuration as a list of directives: parses its files, and the dump of mod_info. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/httpd_config.h"

#include "command/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What isspace(3) takes for space. */
#define SPACE " \t\r\v\f\n"

/* One text on its way into the list. */
struct reading {
        struct httpd_config *config;
        const char *rest;
        char *file;
        unsigned line;
        size_t section;
        bool dump;
};

/* The next line, with those that continue it; NULL at the end. From malloc(). */
static char *read_line(struct reading *reading, unsigned *ret_number)
{
        char *line = NULL;
        size_t length = 0;

        *ret_number = reading->line;
        while (*reading->rest) {
                size_t part = strcspn(reading->rest, "\n");
                bool continues = part > 0 && reading->rest[part - 1] == '\\';
                bool ends = reading->rest[part] == '\0';

                line = memory_grow(line, length + part + 1, 1);
                memcpy(line + length, reading->rest, part);
                length += continues ? part - 1 : part;
                line[length] = '\0';
                reading->rest += part + (ends ? 0 : 1);
                reading->line++;
                if (!continues)
                        break;
        }
        return line;
}

/* The value of ${NAME}: of Define, else of the environment, as httpd has it; NULL if there is none.
 */
static const char *value_of(const struct httpd_config *config, const char *name, size_t length)
{
        char copy[256];

        for (size_t i = config->define_count; i-- > 0;)
                if (strncmp(config->define[i].name, name, length) == 0 &&
                        !config->define[i].name[length])
                        return config->define[i].value;
        if (length >= sizeof(copy))
                return NULL;
        memcpy(copy, name, length);
        copy[length] = '\0';
        return getenv(copy);
}

/* What is not known stays as it is. Return: from malloc(). */
static char *substitute(const struct httpd_config *config, const char *text)
{
        char *result = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&result, &size);

        if (!stream)
                abort();
        while (*text) {
                const char *end = strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;
                const char *value =
                        end ? value_of(config, text + 2, (size_t)(end - text - 2)) : NULL;

                if (value) {
                        fputs(value, stream);
                        text = end + 1;
                } else {
                        fputc(*text++, stream);
                }
        }
        fclose(stream);
        return result;
}

static bool is_escaped(const char *at, char quote)
{
        return quote && *at == '\\' && (at[1] == quote || at[1] == '\\');
}

/* Where the word ends that begins here. */
static const char *word_end(const char *at, char quote)
{
        while (*at && (quote ? *at != quote : !isspace((unsigned char)*at)))
                at += is_escaped(at, quote) ? 2 : 1;
        return at;
}

/* The next word of *@rest, as ap_getword_conf() of httpd takes it; NULL at the end. */
static char *read_word(const char **rest)
{
        const char *at = *rest + strspn(*rest, SPACE), *end;
        char quote = *at == '"' || *at == '\'' ? *at : 0;
        char *word, *to;

        if (!*at)
                return NULL;
        at += quote != 0;
        end = word_end(at, quote);
        word = to = memory_grow(NULL, (size_t)(end - at) + 1, 1);
        while (at < end) {
                at += is_escaped(at, quote);
                *to++ = *at++;
        }
        *to = '\0';
        *rest = end + (quote && *end == quote);
        return word;
}

static void read_words(struct httpd_directive *directive, const char *rest)
{
        char *word;

        directive->argument = memory_grow(NULL, 1, sizeof(char *));
        while ((word = read_word(&rest))) {
                directive->argument =
                        memory_grow(directive->argument, directive->count + 2, sizeof(char *));
                directive->argument[directive->count++] = word;
        }
        directive->argument[directive->count] = NULL;
}

static void define(struct httpd_config *config, const struct httpd_directive *directive)
{
        if (strcasecmp(directive->name, "Define") != 0 || directive->count == 0)
                return;
        httpd_config_define(
                config, directive->argument[0], directive->count > 1 ? directive->argument[1] : "");
}

static void add(struct reading *reading, const char *text, unsigned line, bool begins)
{
        struct httpd_config *config = reading->config;
        size_t name = strcspn(text, SPACE);
        struct httpd_directive directive = {
                .name = memory_format("%.*s", (int)name, text),
                .file = memory_copy(reading->file),
                .line = line,
                .section = reading->section,
                .begins = begins,
        };

        read_words(&directive, text + name);
        config->item = memory_grow(config->item, config->count + 1, sizeof(directive));
        config->item[config->count++] = directive;
        define(config, &directive);
}

/* "<VirtualHost *:80>" */
static void begin_section(struct reading *reading, char *text, unsigned line)
{
        char *end = strrchr(text, '>');

        if (end)
                *end = '\0';
        add(reading, text + 1, line, true);
        reading->section = reading->config->count - 1;
}

/* "</VirtualHost>"; one that was not begun, as in a file that is cut off, ends nothing. */
static void end_section(struct reading *reading)
{
        if (reading->section != HTTPD_NO_SECTION)
                reading->section = reading->config->item[reading->section].section;
}

/* "# In file: FILE", and "#  12:" before each directive. */
static void read_mark(struct reading *reading, const char *text, unsigned *line)
{
        static const char file[] = "# In file: ";
        unsigned number;

        if (!reading->dump)
                return;
        if (strncmp(text, file, strlen(file)) == 0) {
                free(reading->file);
                reading->file = memory_copy(text + strlen(file));
        } else if (sscanf(text, "# %u:", &number) == 1) {
                *line = number;
        }
}

void httpd_config_parse(struct httpd_config *config, const char *text, const char *file, bool dump)
{
        struct reading reading = {config, text, memory_copy(file), 1, HTTPD_NO_SECTION, dump};
        unsigned line, marked = 0;
        char *raw;

        while ((raw = read_line(&reading, &line))) {
                char *known = dump ? memory_copy(raw) : substitute(config, raw);
                char *start = known + strspn(known, SPACE);

                if (start[0] == '#')
                        read_mark(&reading, start, &marked);
                else if (strncmp(start, "</", 2) == 0)
                        end_section(&reading);
                else if (start[0] == '<' && start[1])
                        begin_section(&reading, start, dump ? marked : line);
                else if (start[0])
                        add(&reading, start, dump ? marked : line, false);
                free(known);
                free(raw);
        }
        free(reading.file);
}

void httpd_config_define(struct httpd_config *config, const char *name, const char *value)
{
        config->define =
                memory_grow(config->define, config->define_count + 1, sizeof(*config->define));
        config->define[config->define_count++] =
                (struct httpd_define){memory_copy(name), memory_copy(value)};
}

void httpd_config_add_module(struct httpd_config *config, const char *module)
{
        config->module =
                memory_grow(config->module, config->module_count + 1, sizeof(*config->module));
        config->module[config->module_count++] = memory_copy(module);
}

const struct httpd_directive *httpd_config_next(
        const struct httpd_config *config, const struct httpd_directive *last, const char *name)
{
        for (size_t i = last ? (size_t)(last - config->item) + 1 : 0; i < config->count; i++)
                if (strcasecmp(config->item[i].name, name) == 0)
                        return &config->item[i];
        return NULL;
}

const struct httpd_directive *httpd_config_last(const struct httpd_config *config, const char *name)
{
        const struct httpd_directive *last = NULL, *next = NULL;

        while ((next = httpd_config_next(config, next, name)))
                last = next;
        return last;
}

const struct httpd_directive *httpd_config_section(
        const struct httpd_config *config, const struct httpd_directive *directive)
{
        return directive->section == HTTPD_NO_SECTION ? NULL : &config->item[directive->section];
}

bool httpd_config_has(const struct httpd_config *config, const char *module)
{
        for (size_t i = 0; i < config->module_count; i++)
                if (strcmp(config->module[i], module) == 0)
                        return true;
        return false;
}

char *httpd_config_where(const struct httpd_directive *directive)
{
        return memory_format("%s:%u: %s%s", directive->file, directive->line,
                directive->begins ? "<" : "", directive->name);
}

char *httpd_config_path(const struct httpd_config *config, const char *argument)
{
        return argument[0] == '/' || !config->root ? memory_copy(argument)
                                                   : memory_format("%s/%s", config->root, argument);
}

static void release_directive(struct httpd_directive *directive)
{
        for (size_t i = 0; i < directive->count; i++)
                free(directive->argument[i]);
        free(directive->argument);
        free(directive->name);
        free(directive->file);
}

void httpd_config_release(struct httpd_config *config)
{
        for (size_t i = 0; i < config->count; i++)
                release_directive(&config->item[i]);
        for (size_t i = 0; i < config->module_count; i++)
                free(config->module[i]);
        for (size_t i = 0; i < config->define_count; i++) {
                free(config->define[i].name);
                free(config->define[i].value);
        }
        free(config->item);
        free(config->module);
        free(config->define);
        free(config->root);
        free(config->runtime);
        *config = (struct httpd_config){.item = NULL};
}
