/* The text of a file of settings with what it includes, and where each of its lines stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/whole_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int whole_text_add(struct whole_text *text, const char *bytes, size_t length)
{
        if (text->length + length + 1 > text->room) {
                size_t room = 2 * (text->length + length + 1);
                char *longer = realloc(text->bytes, room);

                if (!longer)
                        return -ENOMEM;
                text->bytes = longer;
                text->room = room;
        }
        for (size_t i = 0; i < length; i++)
                text->lines += bytes[i] == '\n';
        memcpy(text->bytes + text->length, bytes, length);
        text->length += length;
        text->bytes[text->length] = '\0';
        return 0;
}

static bool begins_list(char byte)
{
        return byte == '(' || byte == '[';
}

static bool ends_list(char byte)
{
        return byte == ')' || byte == ']';
}

static int note_bracket(struct whole_text *text, char byte)
{
        if (begins_list(byte) || byte == '{') {
                if (text->depth == text->open_room) {
                        size_t room = 2 * text->open_room + 64;
                        char *longer = realloc(text->open, room);

                        if (!longer)
                                return -ENOMEM;
                        text->open = longer;
                        text->open_room = room;
                }
                text->open[text->depth++] = byte;
        } else if ((ends_list(byte) || byte == '}') && text->depth > 0) {
                text->depth--;
        }
        return 0;
}

static bool is_in_list(const struct whole_text *text)
{
        return text->depth > 0 && begins_list(text->open[text->depth - 1]);
}

/* Nothing is included where there is no list, or before its first element. */
static bool needs_no_comma(const struct whole_text *text)
{
        return begins_list(text->last) || text->last == ',';
}

/* Mend the list where it is joined. Return: 1 if the byte is a comma too many. */
static int join(struct whole_text *text, char byte)
{
        if (!text->joined || !is_in_list(text))
                return 0;
        if (byte == ',')
                return needs_no_comma(text);
        if (ends_list(byte)) {
                if (text->last == ',')
                        text->bytes[text->comma] = ' ';
                return 0;
        }
        return needs_no_comma(text) ? 0 : whole_text_add(text, ",", 1);
}

int whole_text_add_token(struct whole_text *text, const char *bytes, size_t length)
{
        int error = join(text, bytes[0]);

        if (error != 0)
                return error < 0 ? error : whole_text_add(text, " ", 1);
        text->comma = text->length;
        text->last = bytes[0];
        text->joined = false;
        error = note_bracket(text, bytes[0]);
        return error < 0 ? error : whole_text_add(text, bytes, length);
}

int whole_text_begin_part(struct whole_text *text, const char *file, unsigned line)
{
        struct text_part *more = realloc(text->parts, (text->count + 1) * sizeof(*more));

        if (!more)
                return -ENOMEM;
        text->parts = more;
        text->parts[text->count++] = (struct text_part){text->lines + 1, file, line};
        text->joined = text->count > 1;
        return 0;
}

void whole_text_locate(const struct whole_text *text, unsigned line, struct failure *failure)
{
        size_t i = text->count;

        while (i > 1 && text->parts[i - 1].first > line)
                i--;
        failure->file = text->parts[i - 1].file;
        failure->line = text->parts[i - 1].line + (line - text->parts[i - 1].first);
}

void whole_text_release(struct whole_text *text)
{
        free(text->bytes);
        free(text->parts);
        free(text->open);
        *text = (struct whole_text){0};
}
