/* The hook of wordexp(): each word that is an outside path is expanded inside, and comes out again.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

/* The end of a quoted text: its second quote, or the end. */
static size_t quoted_length(const char *text)
{
        size_t length = 1;

        while (text[length] && text[length] != text[0])
                length += text[0] == '"' && text[length] == '\\' && text[length + 1] ? 2 : 1;
        return text[length] ? length + 1 : length;
}

/* Only a shell could tell where these end, quoted or not. */
static bool has_substitution(const char *words)
{
        for (; (words = strpbrk(words, "`$")); words++)
                if (*words == '`' || (words[1] && strchr("({[", words[1])))
                        return true;
        return false;
}

/* The length of the first word, as a shell reads it. Where there is a substitution: of all. */
static size_t word_length(const char *words)
{
        size_t length = 0;

        if (has_substitution(words))
                return strlen(words);
        while (words[length] && !strchr(" \t", words[length])) {
                const char *at = words + length;

                if (*at == '\'' || *at == '"')
                        length += quoted_length(at);
                else
                        length += *at == '\\' && at[1] ? 2 : 1;
        }
        return length;
}

/*
 * Take the jail's outside path off a word, behind its quote, in place. Return: what was taken off,
 * from malloc(); NULL if it was not there, or there is no memory.
 */
static char *take_head(char *word)
{
        char *path = *word == '"' || *word == '\'' ? word + 1 : word, *head;
        const char *inside = jail_path(path);
        size_t tail = strlen(inside);

        /* The jail itself, which is no tail of the word, is nothing that matches are looked for. */
        if (inside == path || tail == 1)
                return NULL;
        head = strndup(path, strlen(path) - tail);
        if (head)
                memmove(path, inside, tail + 1);
        return head;
}

/* A word as the caller would have it: it begins as his. */
static char *give_head(char *word, const char *head)
{
        char *whole;

        if (word[0] != '/' || !outside_applies())
                return word;
        whole = malloc(strlen(head) + strlen(word) + 1);
        if (whole)
                strcpy(stpcpy(whole, head), word);
        free(word);
        return whole;
}

typedef int wordexp_type(const char *words, wordexp_t *result, int flags);

static int expand_word(
        wordexp_type *function, const char *word, size_t length, wordexp_t *result, int flags)
{
        char *copy = strndup(word, length), *head = copy ? take_head(copy) : NULL;
        size_t before = flags & WRDE_APPEND ? result->we_wordc : 0;
        int error = copy ? function(copy, result, flags) : WRDE_NOSPACE;
        size_t reserved = flags & WRDE_DOOFFS ? result->we_offs : 0;

        for (size_t i = before; error == 0 && head && i < result->we_wordc; i++) {
                char **place = &result->we_wordv[reserved + i];

                *place = give_head(*place, head);
                if (!*place)
                        error = WRDE_NOSPACE;
        }
        free(copy);
        free(head);
        return error;
}

/*
 * libc looks for matches past any hook. What comes of a variable or of a command is not known
 * before: outside paths in them match nothing.
 */
INTERPOSE(int, wordexp, (const char *words, wordexp_t *result, int flags))
{
        int error = 0, more = flags;

        jail_path(words);
        if (!process_is_jailed() || this_process()->translation.count == 0)
                return real(wordexp)(words, result, flags);
        words += strspn(words, " \t");
        do {
                size_t length = word_length(words);

                error = expand_word(real(wordexp), words, length, result, more);
                more = (flags & ~WRDE_REUSE) | WRDE_APPEND;
                words += length + strspn(words + length, " \t");
        } while (error == 0 && *words);
        if (error != 0 && error != WRDE_NOSPACE && !(flags & WRDE_APPEND)) {
                wordfree(result);
                result->we_wordc = 0;
        }
        return error;
}
