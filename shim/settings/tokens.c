/* The words of libconfig's syntax that may hold anything: comments, and texts in quotes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/tokens.h"

#include <stddef.h>
#include <string.h>

const char *token_string_end(const char *text, const char *end)
{
        for (text++; text < end && *text != '"'; text++)
                if (*text == '\\' && text + 1 < end)
                        text++;
        return text < end ? text + 1 : NULL;
}

bool token_begins(const char *text, const char *end, const char *with)
{
        size_t length = strlen(with);

        return (size_t)(end - text) >= length && memcmp(text, with, length) == 0;
}

const char *token_comment_end(const char *text, const char *end)
{
        const char *found;

        if (token_begins(text, end, "/*")) {
                found = memmem(text + 2, (size_t)(end - text) - 2, "*/", 2);
                return found ? found + 2 : NULL;
        }
        if (*text != '#' && !token_begins(text, end, "//"))
                return text;
        found = memchr(text, '\n', (size_t)(end - text));
        return found ? found : end;
}
