/* Writes what came of the operations: plain text, the same for what is the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"
#include "reference.h"

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct report *report;
static size_t used;

void say_into(struct report *into)
{
        report = into;
        used = 0;
}

void say_end(unsigned index)
{
        report->end[index] = (uint32_t)used;
}

void say(const char *format, ...)
{
        va_list values;
        int length;

        va_start(values, format);
        length = vsnprintf(report->text + used, REPORT_SIZE - used, format, values);
        va_end(values);
        if (length < 0 || (size_t)length >= REPORT_SIZE - used)
                errx(2, "the report is full");
        used += (size_t)length;
}

void say_result(long result)
{
        if (result < 0)
                say(" %ld %s", result, strerrorname_np(errno));
        else
                say(" %ld", result);
}

void say_path(const struct attempt *at, const char *path)
{
        char outside[2 * REFERENCE_SIZE];

        if (!path) {
                say(" NULL %s", strerrorname_np(errno));
                return;
        }
        strcpy(outside, path);
        if (at->side == SIDE_KERNEL)
                reference_outside(outside);
        say(" <%s>", outside);
}

static int by_text(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

void say_sorted(char **texts, size_t count)
{
        qsort(texts, count, sizeof(*texts), by_text);
        for (size_t i = 0; i < count; i++) {
                say(" <%s>", texts[i]);
                free(texts[i]);
        }
}
