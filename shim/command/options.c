/* Reads the options of a subcommand: its own ones, and one for each key of the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/options.h"

#include "build.h"
#include "command/subcommand.h"
#include "system/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What getopt_long() returns for what is no option of the subcommand; keys follow. */
enum { OPTION_HELP = 0x1000, OPTION_VERSION, OPTION_CONFIG, OPTION_SERVER, OPTION_KEY };

/* Options that each subcommand has. */
static const struct command_option common[] = {
        {"config", "FILE", "read this file of settings, and not the usual one", OPTION_CONFIG},
        {"server", "PROGRAM", "of several servers in the file, the one that lists this program",
                OPTION_SERVER},
        {"help", NULL, "show this", OPTION_HELP},
        {"version", NULL, "show the version", OPTION_VERSION},
        {.name = NULL},
};

static const char *const meanings[SETTING_COUNT] = {
#define KEY(name, NAME, type, values, meaning) meaning,
        SETTING_KEYS(KEY)
#undef KEY
};

const char *options_key_meaning(const struct setting_key *key)
{
        return meanings[setting_index(key)];
}

const char *options_key_argument(const struct setting_key *key, char *buffer)
{
        struct text text = text_in(buffer, SETTING_ALLOWED_SIZE);

        switch (key->type) {
        case TYPE_PATH:
                text_add(&text, "PATH");
                break;
        case TYPE_BOOLEAN:
                text_add(&text, "true|false");
                break;
        case TYPE_STATUS:
                text_add(&text, "NUMBER");
                break;
        case TYPE_WORD:
        case TYPE_TARGET:
                for (const char *const *word = setting_words(key); *word; word++) {
                        text_add(&text, word == setting_words(key) ? "" : "|");
                        text_add(&text, *word);
                }
                if (key->type == TYPE_TARGET)
                        text_add(&text, "|PATH");
                break;
        case TYPE_LIST:
        case TYPE_CAPABILITIES:
                text_add(&text, "A:B:...");
        }
        return buffer;
}

/* The name of a key as GNU options are written. */
static char *hyphenated(const char *name)
{
        char *copy = strdup(name);

        if (!copy)
                abort();
        for (char *at = copy; *at; at++)
                if (*at == '_')
                        *at = '-';
        return copy;
}

static size_t own_count(const struct command_option *own)
{
        size_t count = 0;

        while (own && own[count].name)
                count++;
        return count;
}

static struct option *add_own(struct option *at, const struct command_option *own)
{
        for (; own && own->name; own++) {
                int argument = !own->argument            ? no_argument
                               : own->argument[0] == '[' ? optional_argument
                                                         : required_argument;

                *at++ = (struct option){own->name, argument, NULL, own->value};
        }
        return at;
}

/* The table for getopt_long(); it lives as long as the program. */
static struct option *make_table(const struct subcommand *subcommand)
{
        size_t room = own_count(subcommand->options) + own_count(common) + 2 * SETTING_COUNT + 1;
        struct option *table = calloc(room, sizeof(*table)), *at = table;

        if (!table)
                abort();
        at = add_own(at, subcommand->options);
        at = add_own(at, common);
        for (size_t i = 0; i < SETTING_COUNT; i++) {
                const char *name = setting_keys[i].name;
                int value = OPTION_KEY + (int)i;

                *at++ = (struct option){hyphenated(name), required_argument, NULL, value};
                if (strchr(name, '_'))
                        *at++ = (struct option){name, required_argument, NULL, value};
        }
        return table;
}

static void set_variable(const char *name, const char *value)
{
        if (setenv(name, value, 1) < 0)
                abort();
}

static void show_version(void)
{
        printf("chrootshim %s\n", CHROOTSHIM_VERSION);
        exit(0);
}

int options_next(struct options *options)
{
        if (!options->table)
                options->table = make_table(options->subcommand);
        for (;;) {
                int value = getopt_long(options->count, options->words, "+", options->table, NULL);

                options->argument = optarg;
                if (value == -1)
                        return 0;
                if (value == '?')
                        options_misuse(options, NULL);
                if (value < OPTION_HELP)
                        return value;
                if (value == OPTION_HELP) {
                        options_help(options->subcommand, stdout);
                        exit(0);
                }
                if (value == OPTION_VERSION)
                        show_version();
                if (value == OPTION_CONFIG)
                        set_variable(SETTINGS_VARIABLE, optarg);
                else if (value == OPTION_SERVER)
                        set_variable(SETTINGS_SERVER_VARIABLE, optarg);
                else
                        set_variable(setting_keys[value - OPTION_KEY].variable, optarg);
        }
}

const char *options_word(const struct options *options)
{
        const char *word = options->words[optind];

        if (word)
                optind++;
        return word;
}

char **options_rest(const struct options *options)
{
        return options->words + optind;
}

void options_no_rest(const struct options *options)
{
        char **rest = options_rest(options);

        if (rest[0])
                options_misuse(options, "%s is not expected", rest[0]);
}

void options_misuse(const struct options *options, const char *format, ...)
{
        const char *name = options->subcommand->name;

        if (format) {
                va_list values;

                fprintf(stderr, "chrootshim %s: ", name);
                va_start(values, format);
                vfprintf(stderr, format, values);
                va_end(values);
                fputc('\n', stderr);
        }
        fprintf(stderr, "chrootshim %s --help shows what may be written\n", name);
        exit(STATUS_USAGE);
}

long options_number(const struct options *options, long least, long most)
{
        char *end;
        long number;

        errno = 0;
        number = strtol(options->argument, &end, 10);
        if (errno || end == options->argument || *end || number < least || number > most)
                options_misuse(options, "\"%s\" is no number from %ld to %ld", options->argument,
                        least, most);
        return number;
}

/* One line of the help: what stands in the first column may be longer than it is wide. */
static void show_option(FILE *out, const char *name, const char *argument, const char *help)
{
        int width = fprintf(out, "  --%s", name);

        if (argument)
                width += fprintf(out, "%s%s", argument[0] == '[' ? "" : " ", argument);
        if (width > 30)
                fprintf(out, "\n%*s", 32, "");
        else
                fprintf(out, "%*s", 32 - width, "");
        fprintf(out, "%s\n", help);
}

/* One line of the list: fields that tabs divide. */
static void list_option(FILE *out, const char *name, const char *argument, const char *help)
{
        fprintf(out, "--%s\t%s\t%s\n", name, argument ? argument : "", help);
}

typedef void show_function(FILE *out, const char *name, const char *argument, const char *help);

static void each_option(FILE *out, const struct command_option *list, show_function *show)
{
        for (; list && list->name; list++)
                show(out, list->name, list->argument, list->help);
}

static void each_key(FILE *out, show_function *show)
{
        char argument[SETTING_ALLOWED_SIZE];

        for (size_t i = 0; i < SETTING_COUNT; i++) {
                char *name = hyphenated(setting_keys[i].name);

                show(out, name, options_key_argument(&setting_keys[i], argument), meanings[i]);
                free(name);
        }
}

void options_help(const struct subcommand *subcommand, FILE *out)
{
        fprintf(out, "Usage: chrootshim %s [OPTION...]%s%s\n", subcommand->name,
                subcommand->arguments ? " " : "",
                subcommand->arguments ? subcommand->arguments : "");
        fprintf(out, "\n%s.\n\nOptions:\n", subcommand->summary);
        each_option(out, subcommand->options, show_option);
        each_option(out, common, show_option);
        fprintf(out, "\nSettings, which override those of the file and of the environment:\n");
        each_key(out, show_option);
}

void options_list(const struct subcommand *subcommand, FILE *out)
{
        each_option(out, subcommand->options, list_option);
        each_option(out, common, list_option);
        each_key(out, list_option);
}
