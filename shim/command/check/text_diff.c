/* Shows what has changed in a text, as diff(1) does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/text_diff.h"

#include "command/memory.h"
#include "command/terminal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Lines that stay around a change. */
#define AROUND 3

struct lines {
        char **item;
        size_t count;
};

/* One line of what is shown. @kind: ' ', '-' or '+'. */
struct shown {
        char kind;
        const char *line;
};

struct script {
        struct shown *item;
        size_t count;
};

static struct lines split(const char *text)
{
        struct lines lines = {NULL, 0};

        while (*text) {
                size_t length = strcspn(text, "\n");

                lines.item = memory_grow(lines.item, lines.count + 1, sizeof(char *));
                lines.item[lines.count++] = memory_format("%.*s", (int)length, text);
                text += length + (text[length] == '\n');
        }
        return lines;
}

static void release(struct lines *lines)
{
        for (size_t i = 0; i < lines->count; i++)
                free(lines->item[i]);
        free(lines->item);
}

static void show(struct script *script, char kind, const char *line)
{
        script->item = memory_grow(script->item, script->count + 1, sizeof(*script->item));
        script->item[script->count++] = (struct shown){kind, line};
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
        return strcmp(a->item[i], b->item[j]) == 0;
}

/* How much goes and comes until both have the same line again: together as little as can be. */
static void find_match(const struct lines *a, size_t i, const struct lines *b, size_t j,
        size_t *ret_gone, size_t *ret_come)
{
        size_t left = a->count - i, right = b->count - j;

        for (size_t both = 1; both < left + right; both++)
                for (size_t gone = both > right ? both - right : 0; gone <= both && gone < left;
                        gone++)
                        if (both - gone < right && same(a, i + gone, b, j + both - gone)) {
                                *ret_gone = gone;
                                *ret_come = both - gone;
                                return;
                        }
        *ret_gone = left;
        *ret_come = right;
}

static struct script make_script(const struct lines *a, const struct lines *b)
{
        struct script script = {NULL, 0};
        size_t i = 0, j = 0, gone, come;

        while (i < a->count || j < b->count) {
                if (i < a->count && j < b->count && same(a, i, b, j)) {
                        show(&script, ' ', a->item[i++]);
                        j++;
                        continue;
                }
                find_match(a, i, b, j, &gone, &come);
                for (; gone > 0; gone--)
                        show(&script, '-', a->item[i++]);
                for (; come > 0; come--)
                        show(&script, '+', b->item[j++]);
        }
        return script;
}

static bool is_near(const struct script *script, size_t at)
{
        size_t begin = at > AROUND ? at - AROUND : 0;

        for (size_t i = begin; i < script->count && i <= at + AROUND; i++)
                if (script->item[i].kind != ' ')
                        return true;
        return false;
}

void text_diff(const char *before, const char *after, const char *name, FILE *out)
{
        struct lines a = split(before), b = split(after);
        struct script script = make_script(&a, &b);
        bool gap = false;

        fputs("--- ", out);
        terminal_print(out, name);
        fputc('\n', out);
        for (size_t i = 0; i < script.count; i++) {
                const struct shown *shown = &script.item[i];

                if (!is_near(&script, i)) {
                        gap = true;
                        continue;
                }
                if (gap)
                        fputs("...\n", out);
                gap = false;
                terminal_colour(out, shown->kind == '+'   ? TERMINAL_GREEN
                                     : shown->kind == '-' ? TERMINAL_RED
                                                          : TERMINAL_PLAIN);
                fputc(shown->kind, out);
                terminal_print(out, shown->line);
                terminal_colour(out, TERMINAL_PLAIN);
                fputc('\n', out);
        }
        free(script.item);
        release(&a);
        release(&b);
}
