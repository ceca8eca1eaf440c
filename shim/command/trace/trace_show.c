/* How what traced workers lack is shown: as a line, as a table, as JSON, in a file of settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_show.h"

#include "command/memory.h"
#include "command/section_edit.h"
#include "command/settings_edit.h"
#include "command/terminal.h"
#include "command/utf8.h"
#include "settings/read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const uses[] = {
        [TRACED_LOOK] = "look",
        [TRACED_OPEN] = "open",
        [TRACED_CREATE] = "make",
        [TRACED_EXECUTE] = "run",
        [TRACED_CONNECT] = "connect",
};

static char *programs_text(const struct trace_missing *item)
{
        char *text = memory_copy(item->program[0]);

        for (size_t i = 1; i < item->program_count; i++) {
                char *longer = memory_format("%s, %s", text, item->program[i]);

                free(text);
                text = longer;
        }
        return text;
}

static void show_cure(const struct trace_missing *item, FILE *out)
{
        char *line = cure_text(&item->cure);

        if (!line)
                return;
        terminal_colour(out, TERMINAL_GREEN);
        terminal_print(out, line);
        terminal_colour(out, TERMINAL_PLAIN);
        free(line);
}

static void show_path(const struct trace_missing *item, FILE *out)
{
        terminal_colour(out, item->severity == FINDING_NOTE ? TERMINAL_CYAN : TERMINAL_YELLOW);
        terminal_print(out, item->path);
        terminal_colour(out, TERMINAL_PLAIN);
}

/* Whose jail lacks it. */
static void show_user(const struct trace_missing *item, FILE *out)
{
        if (!item->user)
                return;
        fputs(" in the jail of ", out);
        terminal_print(out, item->user);
}

void trace_show_line(const struct trace_missing *item, FILE *out)
{
        fputs("missing: ", out);
        show_path(item, out);
        show_user(item, out);
        fputs(" (", out);
        terminal_print(out, item->program[0]);
        fprintf(out, ": %s)", uses[item->use]);
        if (item->cure.key || item->cure.command) {
                fputs("  write: ", out);
                show_cure(item, out);
        }
        fputc('\n', out);
        fflush(out);
}

static void show_row(const struct trace_missing *item, FILE *out)
{
        char *programs = programs_text(item);

        fprintf(out, "%7lu  %-7s  ", item->count, uses[item->use]);
        terminal_print(out, programs);
        fprintf(out, "%*s  ", (int)(strlen(programs) < 16 ? 16 - strlen(programs) : 0), "");
        show_path(item, out);
        show_user(item, out);
        if (!item->outside)
                fputs("  (not outside either)", out);
        fputc('\n', out);
        free(programs);
}

static size_t show_rows(const struct trace_report *report, enum finding_severity severity,
        const char *title, FILE *out)
{
        size_t count = 0;

        for (size_t i = 0; i < report->count; i++) {
                if (report->item[i].severity != severity)
                        continue;
                if (count++ == 0) {
                        terminal_colour(out, TERMINAL_BOLD);
                        fprintf(out, "%s\n  times  to      program           path\n", title);
                        terminal_colour(out, TERMINAL_PLAIN);
                }
                show_row(&report->item[i], out);
        }
        return count;
}

static bool same_cure(const struct cure *one, const struct cure *other)
{
        char *first = cure_text(one), *second = cure_text(other);
        bool same = first && second && strcmp(first, second) == 0;

        free(first);
        free(second);
        return same;
}

/* Is it to be written, and not the same as what one before it has? */
static bool is_proposed(const struct trace_report *report, size_t i)
{
        const struct trace_missing *item = &report->item[i];

        if (item->severity == FINDING_NOTE)
                return false;
        for (size_t before = 0; before < i; before++)
                if (report->item[before].severity != FINDING_NOTE &&
                        same_cure(&report->item[before].cure, &item->cure))
                        return false;
        return true;
}

static void show_cures(const struct trace_report *report, FILE *out)
{
        const char *file = report->plan->settings.path;

        fprintf(out, "\nWrite%s", file ? " into " : "");
        terminal_print(out, file ? file : "");
        fputs(", and start the server again:\n", out);
        for (size_t i = 0; i < report->count; i++) {
                if (!is_proposed(report, i))
                        continue;
                fputs("  ", out);
                show_cure(&report->item[i], out);
                fputc('\n', out);
        }
}

void trace_show_table(const struct trace_report *report, FILE *out)
{
        size_t missing =
                show_rows(report, FINDING_WARNING, "Missing in the jail, and there outside:", out);

        show_rows(report, FINDING_NOTE, "Missing too, but programs do without it as a rule:", out);
        if (missing > 0)
                show_cures(report, out);
        else if (report->workers == 0)
                fputs("No worker was traced.\n", out);
        else
                fputs("Nothing was missing.\n", out);
        if (report->lost > 0)
                fprintf(out,
                        "%lu calls were not looked at: too fast, too many paths, or of a program "
                        "that may not be looked at.\n",
                        report->lost);
}

static struct json_object *item_json(const struct trace_missing *item)
{
        struct json_object *object = json_object_new_object(), *programs = json_object_new_array();

        char *path = utf8_clean(item->path);

        for (size_t i = 0; i < item->program_count; i++)
                json_object_array_add(programs, json_object_new_string(item->program[i]));
        json_object_object_add(object, "path", json_object_new_string(path));
        free(path);
        json_object_object_add(
                object, "user", item->user ? json_object_new_string(item->user) : NULL);
        json_object_object_add(object, "severity",
                json_object_new_string(item->severity == FINDING_NOTE ? "note" : "warning"));
        json_object_object_add(object, "use", json_object_new_string(uses[item->use]));
        json_object_object_add(object, "outside", json_object_new_boolean(item->outside));
        json_object_object_add(object, "count", json_object_new_int64((int64_t)item->count));
        json_object_object_add(object, "programs", programs);
        json_object_object_add(object, "cure", cure_json(&item->cure));
        return object;
}

struct json_object *trace_show_json(const struct trace_report *report)
{
        struct json_object *object = json_object_new_object(), *missing = json_object_new_array();

        for (size_t i = 0; i < report->count; i++)
                json_object_array_add(missing, item_json(&report->item[i]));
        json_object_object_add(object, "missing", missing);
        json_object_object_add(object, "workers", json_object_new_int64((int64_t)report->workers));
        json_object_object_add(object, "lost", json_object_new_int64((int64_t)report->lost));
        return object;
}

/* May everybody go through the directories that lead to @path, an absolute one without links? */
static bool is_reached_by_all(const char *path)
{
        char *directory = memory_copy(path), *slash;
        bool reached = true;
        struct stat facts;

        while (reached && (slash = strrchr(directory, '/')) && slash > directory) {
                *slash = '\0';
                reached = stat(directory, &facts) == 0 && (facts.st_mode & S_IXOTH);
        }
        free(directory);
        return reached;
}

/*
 * Who has broken into a worker may ask for anything, and is to get nothing by that which any user
 * outside does not have. What lies in a directory has bits of its own; a service has no secrets.
 */
static bool is_public(const struct trace_missing *item)
{
        struct stat facts;
        mode_t needed;
        char *path;
        bool public;

        if (strcmp(item->cure.key, "expose") != 0)
                return true;
        path = realpath(item->path, NULL);
        public = path && stat(path, &facts) == 0 && is_reached_by_all(path);
        if (public) {
                needed = strstr(item->cure.value, ",writable") ? S_IROTH | S_IWOTH
                         : S_ISSOCK(facts.st_mode)             ? S_IWOTH
                                                               : S_IROTH;
                public = (facts.st_mode & needed) == needed;
        }
        free(path);
        return public;
}

/* Return: has the text changed? */
static bool write_item(const struct trace_missing *item, const struct settings *settings,
        const char *path, char **text, FILE *out)
{
        static const char *const results[] = {
                [SECTION_EDITED] = "written",
                [SECTION_SAME] = "there already",
                [SECTION_ELSEWHERE] = "not written, for it stands in an included file",
        };
        enum section_edit result;
        const char *done, *file;
        bool written = false;

        if (!item->cure.key)
                done = "to be done by hand";
        else if (!is_public(item))
                done = "not written, for not everybody may do that outside";
        else {
                result = section_edit(text, path, settings, &item->cure, &file);
                written = result == SECTION_EDITED;
                done = results[result];
        }
        terminal_print(out, item->path);
        show_user(item, out);
        fprintf(out, ": %s: ", done);
        show_cure(item, out);
        fputc('\n', out);
        return written;
}

int trace_show_write(
        const struct trace_report *report, const char *path, FILE *out, struct failure *ret_failure)
{
        struct settings settings;
        bool changed = false;
        char *text;
        int error = settings_edit_read(path, &text, ret_failure);

        if (error < 0)
                return error;
        /* As the file has them; another one has no sections. */
        if (settings_read(&settings, ret_failure) < 0 || !settings.path ||
                strcmp(settings.path, path) != 0)
                settings_release(&settings);
        for (size_t i = 0; i < report->count; i++)
                if (is_proposed(report, i) &&
                        write_item(&report->item[i], &settings, path, &text, out))
                        changed = true;
        if (changed)
                error = settings_edit_write(path, text, ret_failure);
        settings_release(&settings);
        free(text);
        return error;
}
