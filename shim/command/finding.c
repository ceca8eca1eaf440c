/* What is found wrong, or missing, with the line that cures it: how it is kept and shown. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/finding.h"

#include "command/memory.h"
#include "command/quoting.h"
#include "command/terminal.h"
#include "command/utf8.h"
#include "settings/keys.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const severities[] = {"note", "warning", "error"};
static const enum terminal_colour colours[] = {TERMINAL_CYAN, TERMINAL_YELLOW, TERMINAL_RED};

static bool same(const char *one, const char *other)
{
        return one == other || (one && other && strcmp(one, other) == 0);
}

static struct finding *find(
        const struct findings *findings, const char *code, const char *path, const char *why)
{
        for (size_t i = 0; i < findings->count; i++) {
                struct finding *finding = &findings->item[i];

                if (same(finding->code, code) && same(finding->path, path) &&
                        same(finding->why, why))
                        return finding;
        }
        return NULL;
}

static void release(struct finding *finding)
{
        free(finding->path);
        free(finding->why);
        free(finding->where);
        free(finding->user);
        free(finding->cure.value);
        free(finding->cure.command);
}

/* It is found once more. @text: is freed. */
static struct finding *find_again(const struct findings *findings, struct finding *finding,
        enum finding_severity severity, const char *where, char *text)
{
        free(text);
        if (finding->severity < severity)
                finding->severity = severity;
        if (finding->user && !same(finding->user, findings->user)) {
                free(finding->user);
                finding->user = NULL;
        }
        if (finding->doubted && !findings->doubted) {
                free(finding->where);
                finding->where = memory_copy(where);
                finding->doubted = false;
        }
        return finding;
}

struct finding *findings_add(struct findings *findings, enum finding_severity severity,
        const char *code, const char *path, const char *where, const char *why, ...)
{
        struct finding *finding;
        va_list values;
        char *text;

        va_start(values, why);
        text = memory_vformat(why, values);
        va_end(values);
        finding = find(findings, code, path, text);
        if (finding && !findings->unheard)
                return find_again(findings, finding, severity, where, text);
        if (findings->unheard) {
                release(&findings->last);
                finding = &findings->last;
        } else {
                findings->item = memory_grow(findings->item, findings->count + 1, sizeof(*finding));
                finding = &findings->item[findings->count++];
        }
        *finding = (struct finding){
                .severity = severity,
                .code = code,
                .path = memory_copy(path),
                .why = text,
                .where = memory_copy(where),
                .doubted = findings->doubted,
                .user = memory_copy(findings->user),
        };
        return finding;
}

struct finding *findings_add_failure(struct findings *findings, enum finding_severity severity,
        const char *code, const struct failure *failure)
{
        struct failure rest = *failure;
        char text[FAILURE_TEXT_SIZE];

        rest.path[0] = '\0';
        return findings_add(findings, severity, code, failure->path[0] ? failure->path : NULL, NULL,
                "%s", failure_text(&rest, text, sizeof(text)));
}

void cure_set(struct cure *cure, const char *key, const char *value)
{
        free(cure->value);
        cure->key = key;
        cure->value = memory_copy(value);
}

void cure_command(struct cure *cure, const char *format, ...)
{
        va_list values;

        free(cure->command);
        va_start(values, format);
        cure->command = memory_vformat(format, values);
        va_end(values);
}

void cure_path(struct cure *cure, const char *command, const char *path)
{
        char *word = quoted_word(path);

        cure_command(cure, "%s %s", command, word);
        free(word);
}

static bool is_bare(const struct setting_key *key)
{
        return key->type == TYPE_BOOLEAN || key->type == TYPE_STATUS;
}

char *cure_text(const struct cure *cure)
{
        const struct setting_key *key = cure->key ? setting_named(cure->key) : NULL;

        char *value, *text;

        if (!key)
                return memory_copy(cure->command);
        value = is_bare(key) ? memory_copy(cure->value) : quoted_setting(cure->value);
        text = memory_format(setting_is_list(key) ? "%s = [ %s ];" : "%s = %s;", key->name, value);
        free(value);
        return text;
}

/* Names of files may be anything, and JSON is UTF-8. */
static void add_string(struct json_object *object, const char *name, const char *value)
{
        char *clean = utf8_clean(value);

        json_object_object_add(object, name, clean ? json_object_new_string(clean) : NULL);
        free(clean);
}

struct json_object *cure_json(const struct cure *cure)
{
        struct json_object *object;
        char *line = cure_text(cure);

        if (!line)
                return NULL;
        object = json_object_new_object();
        if (cure->key) {
                add_string(object, "setting", cure->key);
                add_string(object, "value", cure->value);
        }
        add_string(object, "line", line);
        free(line);
        return object;
}

int findings_worst(const struct findings *findings)
{
        int worst = -1;

        for (size_t i = 0; i < findings->count; i++)
                if ((int)findings->item[i].severity > worst)
                        worst = (int)findings->item[i].severity;
        return worst;
}

static void show(const struct finding *finding, FILE *out)
{
        char *line = cure_text(&finding->cure);

        terminal_colour(out, colours[finding->severity]);
        fprintf(out, "%-8s", severities[finding->severity]);
        terminal_colour(out, TERMINAL_PLAIN);
        if (finding->path)
                terminal_print(out, finding->path);
        fprintf(out, "%s", finding->path ? ": " : "");
        terminal_print(out, finding->why);
        fputc('\n', out);
        if (finding->where) {
                fprintf(out, "        asked for by ");
                terminal_print(out, finding->where);
                fputc('\n', out);
        }
        if (finding->user) {
                fprintf(out, "        in the jail of ");
                terminal_print(out, finding->user);
                fputc('\n', out);
        }
        if (line && finding->doubted)
                fprintf(out,
                        "        others than root can change what asks for it: before you write "
                        "this line, look at it\n");
        if (line) {
                fprintf(out, "        write: ");
                terminal_print(out, line);
                fputc('\n', out);
        }
        free(line);
}

void findings_show(const struct findings *findings, FILE *out)
{
        for (int severity = FINDING_ERROR; severity >= FINDING_NOTE; severity--)
                for (size_t i = 0; i < findings->count; i++)
                        if ((int)findings->item[i].severity == severity)
                                show(&findings->item[i], out);
}

struct json_object *findings_json(const struct findings *findings)
{
        struct json_object *array = json_object_new_array();

        for (size_t i = 0; i < findings->count; i++) {
                const struct finding *finding = &findings->item[i];
                struct json_object *object = json_object_new_object();

                add_string(object, "severity", severities[finding->severity]);
                add_string(object, "code", finding->code);
                add_string(object, "path", finding->path);
                add_string(object, "why", finding->why);
                add_string(object, "where", finding->where);
                json_object_object_add(
                        object, "doubted", json_object_new_boolean(finding->doubted));
                add_string(object, "user", finding->user);
                json_object_object_add(object, "cure", cure_json(&finding->cure));
                json_object_array_add(array, object);
        }
        return array;
}

void findings_release(struct findings *findings)
{
        for (size_t i = 0; i < findings->count; i++)
                release(&findings->item[i]);
        release(&findings->last);
        free(findings->item);
        *findings = (struct findings){.item = NULL};
}
