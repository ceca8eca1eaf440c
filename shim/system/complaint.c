/* What is wrong, in one line: the form in which errors travel before the log is open. */
#include "system/complaint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As much of the end as of the head. */
static void leave_out_middle(struct complaint *complaint, const char *text, size_t length)
{
        static const char middle[] = "...";
        const size_t half = sizeof(complaint->text) / 2 - sizeof(middle);

        memcpy(complaint->text, text, half);
        memcpy(complaint->text + half, middle, sizeof(middle) - 1);
        strcpy(complaint->text + half + sizeof(middle) - 1, text + length - half);
}

int complain(struct complaint *complaint, const char *format, ...)
{
        va_list values, again;
        char *whole;
        int length;

        va_start(values, format);
        va_copy(again, values);
        length = vsnprintf(complaint->text, sizeof(complaint->text), format, values);
        if (length >= (int)sizeof(complaint->text) && vasprintf(&whole, format, again) >= 0) {
                leave_out_middle(complaint, whole, (size_t)length);
                free(whole);
        }
        va_end(again);
        va_end(values);
        return -EINVAL;
}
