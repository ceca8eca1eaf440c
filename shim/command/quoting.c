/* Text that others may have chosen, as one word of a shell's line, or a text of the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/quoting.h"

#include "command/memory.h"

#include <string.h>

/* What no shell takes for more than a letter; "~" and "=" mean something at some places. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+:,./-"

char *quoted_word(const char *text)
{
        char *word, *at;

        if (text[0] && !text[strspn(text, PLAIN)])
                return memory_copy(text);
        word = at = memory_grow(NULL, 4 * strlen(text) + 3, 1);
        *at++ = '\'';
        for (; *text; text++) {
                if (*text == '\'') {
                        memcpy(at, "'\\'", 3);
                        at += 3;
                }
                *at++ = *text;
        }
        *at++ = '\'';
        *at = '\0';
        return word;
}

char *quoted_setting(const char *text)
{
        char *value = memory_grow(NULL, 2 * strlen(text) + 3, 1), *at = value;

        *at++ = '"';
        for (; *text; text++) {
                if (*text == '"' || *text == '\\')
                        *at++ = '\\';
                *at++ = *text;
        }
        *at++ = '"';
        *at = '\0';
        return value;
}
