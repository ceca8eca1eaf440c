/* Text in a buffer of fixed size: put together without allocation, safe in a signal handler. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/text.h"

#include <string.h>

static const char omission[] = "...";

#define OMISSION_LENGTH (sizeof(omission) - 1)

struct text text_in(char *buffer, size_t size)
{
        buffer[0] = '\0';
        return (struct text){.begin = buffer, .size = size};
}

static void add_bytes(struct text *text, const char *bytes, size_t length)
{
        size_t room = text->size - 1 - text->length;

        memcpy(text->begin + text->length, bytes, length < room ? length : room);
        text->length += length < room ? length : room;
        text->begin[text->length] = '\0';
        if (length > room)
                memcpy(text->begin + text->length - OMISSION_LENGTH, omission, OMISSION_LENGTH);
}

void text_add(struct text *text, const char *string)
{
        add_bytes(text, string, strlen(string));
}

/* As much of the end as of the head: a path's last component tells most. */
void text_add_short(struct text *text, const char *string, size_t limit)
{
        size_t length = strlen(string), half = (limit - OMISSION_LENGTH) / 2;

        if (length <= limit) {
                add_bytes(text, string, length);
                return;
        }
        add_bytes(text, string, half);
        add_bytes(text, omission, OMISSION_LENGTH);
        add_bytes(text, string + length - half, half);
}

static const char *unsigned_text(char *buffer, uint64_t number, unsigned base)
{
        char *position = buffer + NUMBER_SIZE;

        *--position = '\0';
        do {
                *--position = (char)('0' + number % base);
                number /= base;
        } while (number);
        return position;
}

const char *number_text(char *buffer, int64_t number)
{
        char *position;

        if (number >= 0)
                return unsigned_text(buffer, (uint64_t)number, 10);
        position = buffer + (unsigned_text(buffer, 0 - (uint64_t)number, 10) - buffer);
        *--position = '-';
        return position;
}

void text_add_number(struct text *text, int64_t number, int digits)
{
        char buffer[NUMBER_SIZE];
        const char *decimal = number_text(buffer, number);

        for (int missing = digits - (int)strlen(decimal); missing > 0; missing--)
                text_add(text, "0");
        text_add(text, decimal);
}

void text_add_item(struct text *text, const char *item, size_t i, size_t count, const char *last)
{
        if (i > 0 && i + 1 < count) {
                text_add(text, ", ");
        } else if (i > 0) {
                text_add(text, " ");
                text_add(text, last);
                text_add(text, " ");
        }
        text_add(text, item);
}

void text_format(struct text *text, const char *format, va_list values)
{
        char buffer[NUMBER_SIZE];

        while (*format) {
                size_t plain = strcspn(format, "%");

                add_bytes(text, format, plain);
                format += plain;
                if (!*format)
                        break;
                switch (format[1]) {
                case 's':
                        text_add_short(text, va_arg(values, const char *), TEXT_STRING_LIMIT);
                        break;
                case 'd':
                        text_add(text, number_text(buffer, va_arg(values, int)));
                        break;
                case 'u':
                        text_add(text, unsigned_text(buffer, va_arg(values, unsigned), 10));
                        break;
                case 'o':
                        text_add(text, unsigned_text(buffer, va_arg(values, unsigned), 8));
                        break;
                default:
                        add_bytes(text, format + 1, 1);
                }
                format += 2;
        }
}
