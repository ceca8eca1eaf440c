/* Runs a case on both sides, finds where they differ, and makes the case as small as it gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "calls.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of what a side says: padded paths are long. */
#define SHOWN 4000

/* What a side says of an operation. */
static const char *said(const struct report *report, unsigned index, size_t *ret_length)
{
        size_t begin = index > 0 ? report->end[index - 1] : 0;

        *ret_length = report->end[index] - begin;
        return report->text + begin;
}

static bool agree(const struct exchange *exchange, unsigned index)
{
        size_t length[2];
        const char *kernel = said(&exchange->report[SIDE_KERNEL], index, &length[0]);
        const char *shim = said(&exchange->report[SIDE_SHIM], index, &length[1]);

        return length[0] == length[1] && memcmp(kernel, shim, length[0]) == 0;
}

static void print_text(const char *text, size_t length)
{
        for (size_t i = 0; i < length && i < SHOWN; i++)
                if ((text[i] >= ' ' && text[i] <= '~') || text[i] == '\n')
                        putchar(text[i]);
                else
                        printf("\\x%02x", (unsigned char)text[i]);
}

static void print_operation(const struct operation *operation)
{
        const struct call *call = call_of(operation);

        printf("  %s%s%s number %u", call->name, operation->wide ? " for 64 bits" : "",
                operation->at ? " at" : "", operation->number);
        for (unsigned i = 0; i < call->paths; i++) {
                printf(" \"");
                print_text(operation->path[i], strlen(operation->path[i]));
                printf("\"%s%s", call->suffix ? " + " : "", call->suffix ? call->suffix : "");
        }
        putchar('\n');
}

/* Every operation said something, so the first that says nothing was being made. */
static void __attribute__((noreturn))
report_death(const struct exchange *exchange, const struct worker *worker)
{
        const struct report *report = &exchange->report[worker->side];
        unsigned index = 0;

        while (index < exchange->count && report->end[index] > 0)
                index++;
        printf("the worker under %s died at operation %u:\n",
                worker->side == SIDE_SHIM ? "the shim" : "the kernel's chroot", index);
        if (index < exchange->count)
                print_operation(&exchange->operation[index]);
        exit(1);
}

int compare_case(struct exchange *exchange, const struct worker workers[2])
{
        for (int i = 0; i < 2; i++)
                worker_ask(&workers[i]);
        for (int i = 0; i < 2; i++)
                if (!worker_wait(&workers[i]))
                        report_death(exchange, &workers[i]);
        for (unsigned i = 0; i <= exchange->count; i++)
                if (!agree(exchange, i))
                        return (int)i;
        return -1;
}

/* Try the case without @length operations; put them back if they are needed. */
static bool remove_operations(
        struct exchange *exchange, const struct worker workers[2], unsigned from, unsigned length)
{
        static struct operation saved[OPERATIONS];
        unsigned count = exchange->count;

        memcpy(saved, exchange->operation, sizeof(saved));
        memmove(&exchange->operation[from], &exchange->operation[from + length],
                (count - from - length) * sizeof(saved[0]));
        exchange->count = count - length;
        if (compare_case(exchange, workers) >= 0)
                return true;
        memcpy(exchange->operation, saved, sizeof(saved));
        exchange->count = count;
        return false;
}

static bool remove_text(struct exchange *exchange, const struct worker workers[2], char *path,
        size_t from, size_t length)
{
        char saved[PATH_SIZE];

        strcpy(saved, path);
        memmove(path + from, path + from + length, strlen(path + from + length) + 1);
        if (compare_case(exchange, workers) >= 0)
                return true;
        strcpy(path, saved);
        return false;
}

static void shrink_path(struct exchange *exchange, const struct worker workers[2], char *path)
{
        for (size_t length = strlen(path); length > 0; length /= 2)
                for (size_t from = 0; from + length <= strlen(path);)
                        if (!remove_text(exchange, workers, path, from, length))
                                from++;
}

void compare_shrink(struct exchange *exchange, const struct worker workers[2])
{
        int different = compare_case(exchange, workers);

        if (different >= 0 && (unsigned)different < exchange->count)
                exchange->count = (unsigned)different + 1;
        for (unsigned length = exchange->count / 2; length > 0; length /= 2)
                for (unsigned from = 0; from + length <= exchange->count;)
                        if (!remove_operations(exchange, workers, from, length))
                                from += length;
        for (unsigned i = 0; i < exchange->count; i++)
                for (unsigned j = 0; j < call_of(&exchange->operation[i])->paths; j++)
                        shrink_path(exchange, workers, exchange->operation[i].path[j]);
}

void compare_print(const struct exchange *exchange, int different)
{
        static const char *const titles[] = {"kernel:", "shim:  "};

        printf("The smallest case that differs, where %c is 1024 \"./\" and %c is 85 letters; "
               "the jail is %s:\n",
                PADDING, LONG_NAME, layout.spelling[0]);
        for (unsigned i = 0; i < exchange->count; i++)
                print_operation(&exchange->operation[i]);
        for (int side = 0; side < 2; side++) {
                size_t length;
                const char *text = said(&exchange->report[side], (unsigned)different, &length);

                printf("  %s", titles[side]);
                print_text(text, length);
                putchar('\n');
        }
}
