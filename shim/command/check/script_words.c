/* Reads scripts of the administrator's own for the programs that they name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/script_words.h"

#include "command/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-"

/* What stands in front of a path that is a part of something else. */
#define GLUE LETTERS "/$}~*%@"

struct reading {
        void (*found)(void *context, enum script_word kind, const char *word);
        void *context;
        bool shell;
};

static bool is_listed(const char *const *list, const char *word)
{
        for (; *list; list++)
                if (strcmp(*list, word) == 0)
                        return true;
        return false;
}

/* Behind these, a command stands. */
static bool is_keyword(const char *word)
{
        static const char *const words[] = {
                "if", "then", "elif", "else", "while", "until", "do", "exec", "time", NULL};

        return is_listed(words, word);
}

static bool is_builtin(const char *word)
{
        static const char *const words[] = {"alias", "bg", "break", "builtin", "case", "cd",
                "command", "continue", "declare", "done", "echo", "esac", "eval", "exit", "export",
                "false", "fg", "fi", "for", "function", "getopts", "hash", "help", "in", "jobs",
                "kill", "let", "local", "printf", "pwd", "read", "readonly", "return", "select",
                "set", "shift", "shopt", "source", "test", "times", "trap", "true", "type",
                "typeset", "ulimit", "umask", "unalias", "unset", "wait", NULL};

        return is_listed(words, word);
}

static void tell(
        const struct reading *reading, enum script_word kind, const char *begin, size_t length)
{
        char *word = memory_format("%.*s", (int)length, begin);

        if (kind == SCRIPT_PATH || !is_builtin(word))
                reading->found(reading->context, kind, word);
        free(word);
}

/* Absolute paths in the directories of programs. */
static void read_paths(const struct reading *reading, const char *line)
{
        static const char *const directories[] = {"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/",
                "/usr/local/bin/", "/usr/local/sbin/", "/usr/lib/", "/usr/libexec/", "/opt/"};

        for (const char *at = line; (at = strchr(at, '/')) != NULL;) {
                size_t length = strspn(at, LETTERS "/");

                for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
                        if ((at == line || !strchr(GLUE, at[-1])) &&
                                strncmp(at, directories[i], strlen(directories[i])) == 0)
                                tell(reading, SCRIPT_PATH, at, length);
                at += length;
        }
}

/* May a command stand behind this character of a line? "${" is a variable. */
static bool begins_command(const char *line, const char *at)
{
        return strchr(";|&(`", *at) || (*at == '{' && (at == line || at[-1] != '$'));
}

/* A word, and no variable that is set, function that is defined, label of a case, or path. */
static bool is_command(const char *word, size_t length, unsigned depth)
{
        char next = word[length];

        return next != '=' && next != '(' && next != '/' && (next != ')' || depth > 0);
}

/* Words where a command stands: "a | b; if c; then d=$(e)". */
static void read_commands(const struct reading *reading, const char *line)
{
        bool command = true;
        unsigned depth = 0;

        for (const char *at = line; *at;) {
                size_t length = strspn(at, LETTERS);
                char *word;

                if (length == 0) {
                        depth += *at == '(';
                        depth -= *at == ')' && depth > 0;
                        if (!strchr(" \t!", *at))
                                command = begins_command(line, at);
                        at++;
                        continue;
                }
                word = memory_format("%.*s", (int)length, at);
                if (!command || !is_keyword(word)) {
                        if (command && is_command(at, length, depth))
                                tell(reading, SCRIPT_COMMAND, at, length);
                        command = false;
                }
                at += length;
                free(word);
        }
}

/* "#!/bin/sh", "#!/usr/bin/env bash". */
static bool is_shell(const char *line)
{
        size_t end = strcspn(line, "\n");

        while (end > 0 && strchr(" \t", line[end - 1]))
                end--;
        for (size_t i = 2; i + 1 < end; i++)
                if (strncmp(line + i, "sh", 2) == 0 && (i + 2 == end || line[i + 2] == ' '))
                        return true;
        return false;
}

void script_words(const char *text,
        void (*found)(void *context, enum script_word kind, const char *word), void *context)
{
        struct reading reading = {found, context, is_shell(text)};

        text += strcspn(text, "\n");
        while (*text) {
                size_t length;
                char *line;

                text += 1 + strspn(text + 1, " \t");
                length = strcspn(text, "\n");
                line = memory_format("%.*s", (int)length, text);
                if (line[0] != '#') {
                        read_paths(&reading, line);
                        if (reading.shell)
                                read_commands(&reading, line);
                }
                free(line);
                text += length;
        }
}
