/* The paths that traced workers lack: each once, with how often, for which program, and the cure.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_report.h"

#include "command/memory.h"
#include "command/path_cure.h"
#include "command/trace/trace_show.h"
#include "command/utf8.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is looked for at every start, and done without. */
static const char *const optional[] = {
        "/etc/ld.so.cache", "/usr/share/locale/locale.alias", "*/glibc-hwcaps", NULL};

static const char *base_name(const char *path)
{
        return strrchr(path, '/') + 1;
}

/*
 * iconv() reads in this directory which module a charset needs, before it asks for the module: what
 * is missing is the directory.
 */
static void name_directory_of_charsets(char *path)
{
        char *slash = strrchr(path, '/');

        if (strncmp(slash, "/gconv-modules", 14) == 0 && slash > path)
                *slash = '\0';
}

/* What is in question: a path, of whom, by which plan. */
struct question {
        const char *path;
        const char *user;
        struct plan *plan;
};

static struct trace_missing *find(struct trace_report *report, const struct question *question,
        const struct identity *identity)
{
        for (size_t i = 0; i < report->count; i++) {
                struct trace_missing *item = &report->item[i];

                if (item->user == question->user &&
                        (strcmp(item->path, question->path) == 0 ||
                                (item->outside && identity_equal(&item->identity, identity))))
                        return item;
        }
        return NULL;
}

static void clear_cure(struct cure *cure)
{
        free(cure->value);
        free(cure->command);
        *cure = (struct cure){NULL, NULL, NULL};
}

static void release_item(struct trace_missing *item)
{
        for (size_t i = 0; i < item->program_count; i++)
                free(item->program[i]);
        free(item->program);
        free(item->path);
        clear_cure(&item->cure);
}

/* The task has found, in another directory, what it has just looked for in vain. */
static void take_back(struct trace_report *report, pid_t task, const char *path)
{
        for (size_t i = report->count; i-- > 0;) {
                struct trace_missing *item = &report->item[i];

                if (item->settled || item->task != task ||
                        strcmp(base_name(item->path), base_name(path)) != 0)
                        continue;
                release_item(item);
                memmove(item, item + 1, (report->count - i - 1) * sizeof(*item));
                report->count--;
        }
}

static void count_program(struct trace_missing *item, const char *name)
{
        char *program = utf8_clean(name);

        item->count++;
        for (size_t i = 0; program && i < item->program_count; i++) {
                if (strcmp(item->program[i], program) == 0) {
                        free(program);
                        return;
                }
        }
        item->program = memory_grow(item->program, item->program_count + 1, sizeof(char *));
        item->program[item->program_count++] = program;
}

/* The worker asks for the jail by the path that it has outside, and no hook has translated that. */
static bool cure_self_link(const struct plan *plan, const char *path, struct cure *cure)
{
        if (plan->settings.self_link || path_relate(&plan->jail.prefixes, path) != PATH_BELOW)
                return false;
        cure_set(cure, "self_link", "true");
        return true;
}

/*
 * "/usr/lib", and where the loader looks for libraries: programs look at such a directory on the
 * way to what they want, and nobody wants the whole of it.
 */
static bool is_common_directory(const char *path)
{
        struct stat facts;
        unsigned depth = 0;

        for (const char *at = path; *at; at++)
                depth += *at == '/';
        return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode) &&
               (depth <= 2 || fnmatch("/usr/lib/*-linux-*", path, FNM_PATHNAME) == 0);
}

/* It lies in the jail of another user: it is not to be brought to this one. */
static bool is_anothers(const struct trace_report *report, const struct question *question)
{
        return report->plan->is_template &&
               path_relate(&report->plan->jail.prefixes, question->path) == PATH_BELOW &&
               path_relate(&question->plan->jail.prefixes, question->path) != PATH_BELOW;
}

static void judge(struct trace_report *report, const struct question *question,
        struct trace_missing *item, bool creates)
{
        enum path_use use = creates ? PATH_USE_WRITE : PATH_USE_READ;
        bool cured = item->outside && !is_anothers(report, question) &&
                     (cure_self_link(question->plan, item->path, &item->cure) ||
                             path_cure(question->plan, item->path, use, &item->cure));

        if (cured && item->cure.key && strcmp(item->cure.key, "expose") == 0 &&
                is_common_directory(item->path)) {
                clear_cure(&item->cure);
                cured = false;
        }
        item->severity = cured ? FINDING_WARNING : FINDING_NOTE;
        for (size_t i = 0; optional[i]; i++)
                if (fnmatch(optional[i], item->path, 0) == 0)
                        item->severity = FINDING_NOTE;
}

static void add(struct trace_report *report, const struct trace_event *event,
        const struct question *question, const struct file_facts *facts)
{
        struct trace_missing *item;

        report->item = memory_grow(report->item, report->count + 1, sizeof(*report->item));
        item = &report->item[report->count++];
        *item = (struct trace_missing){.path = memory_copy(question->path),
                .user = question->user,
                .use = event->creates ? TRACED_CREATE : event->kind,
                .outside = facts != NULL,
                .task = event->task,
                .since = kernel_milliseconds()};
        if (facts)
                item->identity = facts->identity;
        judge(report, question, item, event->creates);
        count_program(item, event->program);
}

/*
 * The shim's hooks answer for the directories above the jail by themselves (README, "Paths"), and
 * it is the shim that looks whether the jail has the library.
 */
static bool is_of_the_shim(const struct plan *plan, const char *path)
{
        static const char library[] = "libchrootshim.so";

        return path_relate(&plan->jail.prefixes, path) == PATH_ANCESTOR ||
               strncmp(base_name(path), library, strlen(library)) == 0;
}

void trace_report_add(struct trace_report *report, const struct trace_event *event)
{
        char path[PATH_MAX];
        enum trace_place place = event->place;
        struct question question = {.path = path};
        struct file_facts facts = {0};
        struct trace_missing *item;

        if (place == TRACE_UNKNOWN)
                return;
        if (place == TRACE_INSIDE)
                take_back(report, event->task, event->path);
        if (place == TRACE_INSIDE || (place == TRACE_NOWHERE && !report->all))
                return;
        question.plan =
                trace_users_plan(&report->users, report->plan, &event->root, &question.user);
        strcpy(path, event->path);
        if (is_of_the_shim(question.plan, path))
                return;
        name_directory_of_charsets(path);
        if (place == TRACE_OUTSIDE && kernel_facts(AT_FDCWD, path, 0, &facts) < 0)
                return;
        item = find(report, &question, &facts.identity);
        if (item)
                count_program(item, event->program);
        else if (report->count >= TRACE_REPORT_LIMIT)
                report->lost++;
        else
                add(report, event, &question, place == TRACE_OUTSIDE ? &facts : NULL);
}

int trace_report_settle(struct trace_report *report, bool all)
{
        int64_t now = kernel_milliseconds(), next = -1;

        for (size_t i = 0; i < report->count; i++) {
                struct trace_missing *item = &report->item[i];
                int64_t left = item->since + TRACE_SETTLED_AFTER - now;

                if (item->settled)
                        continue;
                if (!all && left > 0) {
                        next = next < 0 || left < next ? left : next;
                        continue;
                }
                item->settled = true;
                if (report->live && item->severity != FINDING_NOTE)
                        trace_show_line(item, report->live);
        }
        return (int)next;
}

void trace_report_release(struct trace_report *report)
{
        for (size_t i = 0; i < report->count; i++)
                release_item(&report->item[i]);
        free(report->item);
        report->item = NULL;
        report->count = 0;
        trace_users_release(&report->users);
}
