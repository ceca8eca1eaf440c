/* Text that others chose, made fit for a terminal and for JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/utf8.h"

#include "command/memory.h"

#include <stdint.h>

/* By the first byte; 0 where no character begins so. */
static size_t length_by(unsigned char first)
{
        if (first < 0x80)
                return 1;
        if (first >= 0xc2 && first < 0xe0)
                return 2;
        if (first >= 0xe0 && first < 0xf0)
                return 3;
        return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

size_t utf8_printable(const char *text)
{
        static const uint32_t least[] = {0, ' ', 0xa0, 0x800, 0x10000};
        static const unsigned char bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
        size_t length = length_by((unsigned char)text[0]);
        uint32_t character = (unsigned char)text[0] & bits[length];

        for (size_t i = 1; i < length; i++) {
                if (((unsigned char)text[i] & 0xc0) != 0x80)
                        return 0;
                character = character << 6 | ((unsigned char)text[i] & 0x3f);
        }
        if (character < least[length] || character == 127 || character > 0x10ffff ||
                (character >= 0xd800 && character < 0xe000))
                return 0;
        return length;
}

char *utf8_clean(const char *text)
{
        char *copy = memory_copy(text);

        for (char *at = copy; at && *at;) {
                size_t length = utf8_printable(at);

                if (length == 0)
                        *at = '?';
                at += length ? length : 1;
        }
        return copy;
}
