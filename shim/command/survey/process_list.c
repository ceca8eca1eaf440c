/* All processes at one moment, with the tree that they make. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/process_list.h"

#include "command/memory.h"
#include "command/survey/process_record.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>

static int note(void *context, const char *name)
{
        struct process_list *list = context;
        struct process_record record;
        CLOSED_AT_END int process = -1;

        if (*name < '1' || *name > '9')
                return 0;
        process = process_open(atoi(name));
        if (process < 0 || process_read_stat(process, &record) < 0)
                return 0;
        list->item = memory_grow(list->item, list->count + 1, sizeof(*list->item));
        list->item[list->count++] = (struct process_entry){record.pid, record.parent};
        process_release(&record);
        return 0;
}

static int compare(const void *a, const void *b)
{
        const struct process_entry *one = a, *other = b;

        return one->pid < other->pid ? -1 : one->pid > other->pid;
}

void process_list_take(struct process_list *ret_list)
{
        CLOSED_AT_END int proc = kernel_open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

        *ret_list = (struct process_list){0};
        if (proc >= 0)
                kernel_each_entry(proc, note, ret_list);
        if (ret_list->count)
                qsort(ret_list->item, ret_list->count, sizeof(*ret_list->item), compare);
}

/* A pid that has been given anew may be lower than its parent's: hence as often as it takes. */
void process_list_below(struct process_list *list, pid_t master)
{
        size_t kept = 0;
        bool more = true;

        for (size_t i = 0; i < list->count; i++) {
                if (list->item[i].pid != master)
                        continue;
                struct process_entry entry = list->item[i];

                list->item[i] = list->item[0];
                list->item[0] = entry;
                kept = 1;
        }
        while (kept && more) {
                more = false;
                for (size_t i = kept; i < list->count; i++) {
                        struct process_entry entry = list->item[i];
                        bool found = false;

                        for (size_t j = 0; j < kept && !found; j++)
                                found = list->item[j].pid == entry.parent;
                        if (!found)
                                continue;
                        list->item[i] = list->item[kept];
                        list->item[kept++] = entry;
                        more = true;
                }
        }
        list->count = kept;
        if (kept > 1)
                qsort(list->item + 1, kept - 1, sizeof(*list->item), compare);
}

void process_list_release(struct process_list *list)
{
        free(list->item);
        *list = (struct process_list){0};
}
