/* `chrootshim status` for people: a table for each server, with colours on a terminal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/memory.h"
#include "command/status/status_report.h"
#include "command/table.h"
#include "command/terminal.h"
#include "system/capabilities.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

static const char *const heads[] = {"PID", "ROLE", "PROGRAM", "USER", "GROUPS", "ROOT", "DEV:INODE",
        "ISOLATION", "LANDLOCK", "CAPABILITIES", "NNP", "SECCOMP", "OUT", "SHIM"};

/* More names of capabilities than these are only counted. */
#define NAMES 3

static bool wanted(const struct process_record *record)
{
        return survey_must_be_jailed(record);
}

static void add_user(struct table *table, const struct process_record *record)
{
        char *effective = status_user(record->uid[1]), *real = status_user(record->uid[0]);

        if (record->uid[0] == record->uid[1])
                table_add(table, TERMINAL_PLAIN, "%s", effective);
        else
                table_add(table, TERMINAL_PLAIN, "%s (real %s)", effective, real);
        free(effective);
        free(real);
}

/* The effective one, then the others. */
static void add_groups(struct table *table, const struct process_record *record)
{
        char *text = status_group(record->gid[1]);

        for (size_t i = 0; i < record->group_count; i++) {
                char *name, *longer;

                if (record->groups[i] == record->gid[1])
                        continue;
                name = status_group(record->groups[i]);
                longer = memory_format("%s,%s", text, name);
                free(name);
                free(text);
                text = longer;
        }
        table_add(table, TERMINAL_PLAIN, "%s", text);
        free(text);
}

static void add_root(struct table *table, const struct process_record *record)
{
        enum terminal_colour colour = !wanted(record)              ? TERMINAL_PLAIN
                                      : record->jailed == SEEN_YES ? TERMINAL_GREEN
                                      : record->jailed == SEEN_NO  ? TERMINAL_RED
                                                                   : TERMINAL_YELLOW;

        if (record->root_seen != SEEN_YES) {
                table_add(table, colour, "?");
                table_add(table, TERMINAL_PLAIN, "?");
                return;
        }
        table_add(table, colour, "%s", record->root_path);
        table_add(table, TERMINAL_PLAIN, "%u,%u:%llu", major(record->root.device),
                minor(record->root.device), (unsigned long long)record->root.inode);
}

static uint64_t left(const struct process_record *record)
{
        return record->effective | record->permitted | record->inheritable | record->ambient;
}

static void add_capabilities(struct table *table, const struct process_record *record)
{
        uint64_t set = left(record);
        bool breaks = wanted(record) && (set & capabilities_breaking());
        int count = __builtin_popcountll(set);
        char *text = NULL;

        for (unsigned i = 0; count <= NAMES && capability_name(i); i++) {
                char *longer;

                if (!(set & 1ULL << i))
                        continue;
                longer = memory_format(
                        "%s%s%s", text ? text : "", text ? "," : "", capability_name(i));
                free(text);
                text = longer;
        }
        if (count > NAMES)
                text = memory_format("%d", count);
        table_add(table, breaks ? TERMINAL_RED : TERMINAL_PLAIN, "%s", text ? text : "none");
        free(text);
}

static void add_outside(struct table *table, const struct process_record *record)
{
        if (!wanted(record) || record->jailed == SEEN_NO)
                table_add(table, TERMINAL_PLAIN, "-");
        else if (!record->outside_seen)
                table_add(table, TERMINAL_YELLOW, "?");
        else
                table_add(table, record->outside_count ? TERMINAL_RED : TERMINAL_PLAIN, "%zu",
                        record->outside_count);
}

static void add_shim(struct table *table, const struct process_record *record)
{
        static const char *const words[] = {
                [SEEN_NO] = "no", [SEEN_YES] = "yes", [SEEN_UNKNOWN] = "?"};
        bool deleted = record->shim_path && strstr(record->shim_path, " (deleted)");

        table_add(table,
                wanted(record) && record->shim == SEEN_NO ? TERMINAL_YELLOW : TERMINAL_PLAIN, "%s",
                deleted ? "deleted" : words[record->shim]);
}

static void add_row(struct table *table, const struct status_report *report,
        const struct process_record *record)
{
        static const char *const seccomp[] = {"none", "strict", "filter"};

        table_add(table, TERMINAL_PLAIN, "%d", (int)record->pid);
        table_add(table, TERMINAL_PLAIN, "%s", survey_role_word(record->role));
        table_add(table, TERMINAL_PLAIN, "%s", status_program(record));
        add_user(table, record);
        add_groups(table, record);
        add_root(table, record);
        table_add(table, TERMINAL_PLAIN, "%s", survey_isolation_word(record->isolation));
        table_add(table, TERMINAL_PLAIN, "%s",
                wanted(record) ? status_wall_word(status_wall(report, record)) : "-");
        add_capabilities(table, record);
        table_add(table, TERMINAL_PLAIN, "%s", record->no_new_privs ? "yes" : "no");
        table_add(table, TERMINAL_PLAIN, "%s",
                record->seccomp >= 0 && record->seccomp <= 2 ? seccomp[record->seccomp] : "?");
        add_outside(table, record);
        add_shim(table, record);
}

static void show_problems(
        const struct status_report *report, const struct survey *server, FILE *out)
{
        for (size_t i = 0; i < server->count; i++) {
                const char *code;
                char *problem = status_problem(report, &server->process[i], &code);

                if (!problem)
                        continue;
                fputs("  ", out);
                terminal_print(out, problem);
                fputc('\n', out);
                free(problem);
        }
}

static void show_summary(const struct status_report *report, const struct survey *server, FILE *out)
{
        enum survey_verdict verdict = server ? server->verdict : report->verdict;
        char *text = status_summary(report, server);

        terminal_colour(out, verdict == SURVEY_JAILED     ? TERMINAL_GREEN
                             : verdict == SURVEY_UNJAILED ? TERMINAL_RED
                                                          : TERMINAL_YELLOW);
        terminal_print(out, text);
        terminal_colour(out, TERMINAL_PLAIN);
        fputc('\n', out);
        free(text);
}

static void show_server(const struct status_report *report, const struct survey *server, FILE *out)
{
        struct table table = {.columns = sizeof(heads) / sizeof(heads[0])};

        show_summary(report, server, out);
        for (size_t i = 0; i < table.columns; i++)
                table_add(&table, TERMINAL_BOLD, "%s", heads[i]);
        for (size_t i = 0; i < server->count; i++)
                add_row(&table, report, &server->process[i]);
        table_show(&table, 2, out);
        show_problems(report, server, out);
}

void status_show(const struct status_report *report, FILE *out)
{
        if (report->count == 0)
                show_summary(report, NULL, out);
        for (size_t i = 0; i < report->count; i++) {
                if (i > 0)
                        fputc('\n', out);
                show_server(report, &report->server[i], out);
        }
}
