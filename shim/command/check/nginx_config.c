/* nginx's configuration as a list of directives: parses what `nginx -T` prints. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/nginx_config.h"

#include "command/memory.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* What stands before each file in the dump. */
#define HEAD "# configuration file "

/* An include may lead to itself. */
#define DEPTH 16

/* A broken dump must not take all memory; nginx has no longer words (NGX_CONF_BUFFER). */
#define DIRECTIVES 500000
#define WORD_SIZE 4096

/* Where the parser is in a file, and in how many files that include each other. */
struct reader {
        struct nginx_config *config;
        const char *at;
        const char *end;
        const char *file;
        unsigned line;
        unsigned depth;
};

static void read_file(
        struct nginx_config *config, const struct nginx_file *file, size_t block, unsigned depth);

/* The path of a file that begins here: behind HEAD, up to the colon at the end of the line. */
static const char *head_name(const char *text, size_t *ret_length)
{
        const char *end = strchr(text, '\n');

        if (strncmp(text, HEAD, strlen(HEAD)) != 0 || !end || end[-1] != ':')
                return NULL;
        text += strlen(HEAD);
        if (end - 1 <= text)
                return NULL;
        *ret_length = (size_t)(end - 1 - text);
        return text;
}

static void split(struct nginx_config *config, const char *dump)
{
        struct nginx_file *file = NULL;

        for (const char *line = dump; line && *line;) {
                const char *end = strchr(line, '\n');
                size_t length;
                const char *name = head_name(line, &length);

                end = end ? end + 1 : line + strlen(line);
                if (name) {
                        config->file = memory_grow(
                                config->file, config->file_count + 1, sizeof(*config->file));
                        file = &config->file[config->file_count++];
                        *file = (struct nginx_file){
                                memory_format("%.*s", (int)length, name), end, 0};
                } else if (file) {
                        file->length = (size_t)(end - file->text);
                }
                line = end;
        }
}

static bool is_space(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* To the next word, or to what ends the directive. Return: false at the end of the file. */
static bool skip(struct reader *reader)
{
        while (reader->at < reader->end) {
                if (*reader->at == '#') {
                        while (reader->at < reader->end && *reader->at != '\n')
                                reader->at++;
                        continue;
                }
                if (!is_space(*reader->at))
                        return true;
                if (*reader->at++ == '\n')
                        reader->line++;
        }
        return false;
}

/* Does a word end here? "${name}" is a part of one. */
static bool ends_word(const struct reader *reader, char quote, bool variable)
{
        char c = *reader->at;

        if (quote)
                return c == quote;
        return is_space(c) || c == ';' || (c == '{' && !variable);
}

/* Return: the word; allocated. */
static char *read_word(struct reader *reader)
{
        char quote = *reader->at == '"' || *reader->at == '\'' ? *reader->at++ : '\0';
        char *word = memory_grow(NULL, WORD_SIZE, 1);
        bool variable = false;
        size_t length = 0;

        for (; reader->at < reader->end && !ends_word(reader, quote, variable); reader->at++) {
                if (*reader->at == '\\' && reader->at + 1 < reader->end &&
                        strchr("\\\"' \t;{}#", reader->at[1]))
                        reader->at++;
                if (*reader->at == '\n')
                        reader->line++;
                variable = *reader->at == '$';
                if (length < WORD_SIZE - 1)
                        word[length++] = *reader->at;
        }
        if (quote && reader->at < reader->end)
                reader->at++;
        word[length] = '\0';
        return memory_grow(word, length + 1, 1);
}

static void add_word(struct nginx_directive *directive, char *word)
{
        directive->word = memory_grow(directive->word, directive->count + 2, sizeof(char *));
        directive->word[directive->count++] = word;
        directive->word[directive->count] = NULL;
}

static size_t add(struct nginx_config *config, const struct nginx_directive *directive)
{
        config->item = memory_grow(config->item, config->count + 1, sizeof(*config->item));
        config->item[config->count] = *directive;
        return config->count++;
}

static void free_words(struct nginx_directive *directive)
{
        for (size_t i = 0; i < directive->count; i++)
                free(directive->word[i]);
        free(directive->word);
}

/* A relative name begins in the directory of the main file. */
static void include(struct reader *reader, const struct nginx_directive *directive)
{
        struct nginx_config *config = reader->config;
        const char *main_file = config->file[0].name, *slash = strrchr(main_file, '/');
        const char *name = directive->count > 1 ? directive->word[1] : "";
        char *pattern;

        if (reader->depth == DEPTH)
                return;
        pattern = name[0] == '/' ? memory_copy(name)
                                 : memory_format("%.*s/%s", slash ? (int)(slash - main_file) : 0,
                                           main_file, name);
        for (size_t i = 1; i < config->file_count; i++)
                if (fnmatch(pattern, config->file[i].name, FNM_PATHNAME) == 0 ||
                        strcmp(pattern, config->file[i].name) == 0)
                        read_file(config, &config->file[i], directive->block, reader->depth + 1);
        free(pattern);
}

/* Code in another language up to the brace that closes it: nothing in it is ours. */
static void skip_code(struct reader *reader)
{
        for (unsigned depth = 1; reader->at < reader->end && depth > 0; reader->at++) {
                depth += *reader->at == '{';
                depth -= *reader->at == '}';
                reader->line += *reader->at == '\n';
        }
}

static bool is_code(const char *name)
{
        size_t length = strlen(name);

        return length > 13 && strcmp(name + length - 13, "_by_lua_block") == 0;
}

/* Words up to what ends them. Return: that, or 0 at the end of the file. */
static char read_words(struct reader *reader, struct nginx_directive *directive)
{
        while (skip(reader)) {
                char c = *reader->at;

                if (c == ';' || c == '{' || (c == '}' && directive->count == 0)) {
                        reader->at++;
                        return c;
                }
                if (directive->count == 0)
                        directive->line = reader->line;
                add_word(directive, read_word(reader));
        }
        return '\0';
}

static void read_file(
        struct nginx_config *config, const struct nginx_file *file, size_t block, unsigned depth)
{
        struct reader reader = {
                config, file->text, file->text + file->length, file->name, 1, depth};
        size_t outer = block;

        while (config->count < DIRECTIVES) {
                struct nginx_directive directive = {.file = file->name, .block = block};
                char end = read_words(&reader, &directive);

                if (directive.count > 0 && end == ';' &&
                        strcmp(directive.word[0], "include") == 0) {
                        include(&reader, &directive);
                        free_words(&directive);
                } else if (directive.count > 0) {
                        size_t index = add(config, &directive);

                        if (end == '{' && is_code(directive.word[0]))
                                skip_code(&reader);
                        else if (end == '{')
                                block = index;
                } else if (end == '}' && block != outer) {
                        block = config->item[block].block;
                }
                if (end == '\0')
                        return;
        }
}

void nginx_config_parse(struct nginx_config *ret_config, const char *dump)
{
        split(ret_config, dump);
        if (ret_config->file_count > 0)
                read_file(ret_config, &ret_config->file[0], NGINX_NO_BLOCK, 0);
        for (size_t i = 0; i < ret_config->file_count; i++)
                ret_config->file[i].text = NULL;
}

const struct nginx_directive *nginx_config_next(
        const struct nginx_config *config, const struct nginx_directive *last, const char *name)
{
        for (size_t i = last ? (size_t)(last - config->item) + 1 : 0; i < config->count; i++)
                if (strcmp(config->item[i].word[0], name) == 0)
                        return &config->item[i];
        return NULL;
}

bool nginx_config_within(const struct nginx_config *config, const struct nginx_directive *directive,
        const char *block)
{
        for (size_t i = directive->block; i != NGINX_NO_BLOCK; i = config->item[i].block)
                if (strcmp(config->item[i].word[0], block) == 0)
                        return true;
        return false;
}

char *nginx_config_where(const struct nginx_directive *directive)
{
        return memory_format("%s:%u: %s", directive->file, directive->line, directive->word[0]);
}

void nginx_config_release(struct nginx_config *config)
{
        for (size_t i = 0; i < config->count; i++)
                free_words(&config->item[i]);
        for (size_t i = 0; i < config->file_count; i++)
                free(config->file[i].name);
        free(config->item);
        free(config->file);
        *config = (struct nginx_config){0};
}
