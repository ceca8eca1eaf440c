/* Output for people: colours on a terminal only, and nothing that a terminal would obey. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/terminal.h"

#include "command/utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_colours(FILE *out)
{
        const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");

        return isatty(fileno(out)) && !(none && none[0]) && terminal && terminal[0] &&
               strcmp(terminal, "dumb") != 0;
}

void terminal_colour(FILE *out, enum terminal_colour colour)
{
        static const char *const codes[] = {
                [TERMINAL_PLAIN] = "0",
                [TERMINAL_RED] = "31",
                [TERMINAL_GREEN] = "32",
                [TERMINAL_YELLOW] = "33",
                [TERMINAL_CYAN] = "36",
                [TERMINAL_BOLD] = "1",
        };

        if (has_colours(out))
                fprintf(out, "\033[%sm", codes[colour]);
}

void terminal_print(FILE *out, const char *text)
{
        while (*text) {
                size_t length = utf8_printable(text);

                if (length)
                        fwrite(text, 1, length, out);
                else
                        fputc('?', out);
                text += length ? length : 1;
        }
}
