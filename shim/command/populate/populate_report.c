/* What chrootshim populate has done, for people and for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/populate_report.h"

#include "command/memory.h"
#include "command/terminal.h"
#include "supply/residue_wants.h"

#include <stdlib.h>
#include <string.h>

/* By enum inventory_change: the word in JSON, what people read, and what they read of a dry run. */
static const struct {
        const char *name;
        const char *done;
        const char *would;
        enum terminal_colour colour;
} words[] = {
        [INVENTORY_MADE] = {"made", "made", "would make", TERMINAL_GREEN},
        [INVENTORY_UPDATED] = {"updated", "updated", "would bring", TERMINAL_GREEN},
        [INVENTORY_REMOVED] = {"removed", "removed", "would remove", TERMINAL_YELLOW},
        [INVENTORY_LEFT] = {"left", "left", "would leave", TERMINAL_YELLOW},
};

#define CHANGES (sizeof(words) / sizeof(words[0]))

void populate_report_add(
        struct populate_report *report, enum inventory_change change, const char *path)
{
        report->change = memory_grow(report->change, report->count + 1, sizeof(*report->change));
        report->change[report->count++] = (struct populate_change){change, memory_copy(path)};
}

/* A directory, what is in it, and what comes after both: "/" is before all other bytes. */
static int compare(const void *a, const void *b)
{
        const char *one = ((const struct populate_change *)a)->path;
        const char *other = ((const struct populate_change *)b)->path;

        while (*one && *one == *other) {
                one++;
                other++;
        }
        if (*one == *other)
                return 0;
        if (!*one || !*other)
                return *one ? 1 : -1;
        if (*one == '/' || *other == '/')
                return *one == '/' ? -1 : 1;
        return (unsigned char)*one - (unsigned char)*other;
}

void populate_report_sort(struct populate_report *report)
{
        size_t kept = 0;

        if (report->count > 0)
                qsort(report->change, report->count, sizeof(*report->change), compare);
        for (size_t i = 0; i < report->count; i++) {
                if (kept > 0 && compare(&report->change[kept - 1], &report->change[i]) == 0)
                        free(report->change[i].path);
                else
                        report->change[kept++] = report->change[i];
        }
        report->count = kept;
}

/* The changes of what lies below the one at @i, which are as it is: they follow it. */
static size_t same_below(const struct populate_report *report, size_t i)
{
        size_t end = i + 1;

        while (end < report->count && report->change[end].change == report->change[i].change &&
                path_is_below(report->change[end].path, report->change[i].path))
                end++;
        return end - i - 1;
}

/* A tree is one line. */
static void show_changes(const struct populate_report *report)
{
        for (size_t i = 0; i < report->count;) {
                enum inventory_change change = report->change[i].change;
                size_t below = same_below(report, i);

                terminal_colour(stdout, words[change].colour);
                printf("%s", report->dry_run ? words[change].would : words[change].done);
                terminal_colour(stdout, TERMINAL_PLAIN);
                putchar(' ');
                terminal_print(stdout, report->change[i].path);
                if (below > 0)
                        printf(" and %zu below it", below);
                if (change == INVENTORY_LEFT)
                        printf(": somebody has changed it");
                putchar('\n');
                i += below + 1;
        }
}

static void show_wishes(const struct populate_report *report)
{
        terminal_print(stdout, report->jail);
        printf(report->wishes.count > 0 ? " has been populated with" : " is not populated");
        for (size_t i = 0; i < report->wishes.count; i++) {
                const struct wish *wish = &report->wishes.item[i];

                printf("%s %s ", i > 0 ? "," : "", wish_kind_name(wish->kind));
                terminal_print(stdout, wish->name);
        }
        putchar('\n');
}

void populate_report_show(const struct populate_report *report)
{
        findings_show(&report->findings, stderr);
        show_changes(report);
        if (report->count == 0 && findings_worst(&report->findings) < FINDING_ERROR)
                printf("nothing %s: all is as it should be\n",
                        report->dry_run ? "would change" : "has changed");
        show_wishes(report);
}

static struct json_object *wishes_json(const struct wishes *wishes)
{
        struct json_object *array = json_object_new_array();

        for (size_t i = 0; i < wishes->count; i++) {
                struct json_object *object = json_object_new_object();

                json_object_object_add(object, wish_kind_name(wishes->item[i].kind),
                        json_object_new_string(wishes->item[i].name));
                json_object_array_add(array, object);
        }
        return array;
}

static struct json_object *changes_json(
        const struct populate_report *report, enum inventory_change change)
{
        struct json_object *array = json_object_new_array();

        for (size_t i = 0; i < report->count; i++)
                if (report->change[i].change == change)
                        json_object_array_add(
                                array, json_object_new_string(report->change[i].path));
        return array;
}

struct json_object *populate_report_json(const struct populate_report *report)
{
        struct json_object *object = json_object_new_object();

        json_object_object_add(object, "jail", json_object_new_string(report->jail));
        json_object_object_add(
                object, "user", report->user ? json_object_new_string(report->user) : NULL);
        json_object_object_add(object, "dry_run", json_object_new_boolean(report->dry_run));
        json_object_object_add(object, "populated", wishes_json(&report->wishes));
        for (size_t change = 0; change < CHANGES; change++)
                json_object_object_add(object, words[change].name,
                        changes_json(report, (enum inventory_change)change));
        json_object_object_add(object, "findings", findings_json(&report->findings));
        return object;
}
