/* Reads the options of a subcommand: its own ones, and one for each key of the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_OPTIONS_H
#define SHIM_COMMAND_OPTIONS_H

#include "settings/settings.h"

#include <stdio.h>

struct subcommand;

/**
 * struct command_option - an option of a subcommand, always a long one.
 *
 * @argument: what it takes, as the usage shows it: "FILE"; "[=SECONDS]" if it may be left out; NULL
 *            if it takes nothing.
 * @value:    what options_next() returns for it, above 0.
 */
struct command_option {
        const char *name;
        const char *argument;
        const char *help;
        int value;
};

/**
 * struct options - what is still to be read, and the argument of what was read last.
 *
 * @argument: of the option that was read last; NULL if it has none.
 */
struct options {
        const struct subcommand *subcommand;
        int count;
        char **words;
        const char *argument;
        struct option *table;
};

/**
 * options_next() - read the next option.
 *
 * Those of the settings are put into this process's environment, as the variables that they stand
 * for, where settings_read() finds them, and what is started after this: --config FILE, --server
 * PROGRAM, and for each key --KEY VALUE, with "-" or "_". --help and --version are answered, what
 * is unknown is told, and the program ends.
 *
 * Return: its value; 0 behind the last one.
 */
int options_next(struct options *options);

/** options_word() - after the last option: take the word that follows; options may come behind it.
 * Return: it; NULL if there is none. */
const char *options_word(const struct options *options);

/** options_rest() - after the last option: the words that follow, behind a "--"; ends with NULL. */
char **options_rest(const struct options *options);

/** options_no_rest() - end with the usage if words follow. */
void options_no_rest(const struct options *options);

/** options_misuse() - tell what is wrong with the words, and end with STATUS_USAGE. */
void options_misuse(const struct options *options, const char *format, ...)
        __attribute__((noreturn, format(printf, 2, 3)));

/** options_number() - options->argument as a number from @least to @most; else end. */
long options_number(const struct options *options, long least, long most);

/** options_help() - the help of a subcommand, to @out. */
void options_help(const struct subcommand *subcommand, FILE *out);

/** options_list() - the same options, for programs: a line "--NAME", what it takes, its meaning
 * each, divided by tabs; what may be left out has brackets. */
void options_list(const struct subcommand *subcommand, FILE *out);

/** options_key_argument() - what the option of a key takes: "PATH", "chroot|namespace".
 * Return: @buffer, of SETTING_ALLOWED_SIZE bytes. */
const char *options_key_argument(const struct setting_key *key, char *buffer);

/** options_key_meaning() - what the key means, in one line. */
const char *options_key_meaning(const struct setting_key *key);

#endif
