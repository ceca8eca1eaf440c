/* `chrootshim status` for programs: as status.schema.json has it, and as monitoring plugins print.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/memory.h"
#include "command/status/status_report.h"
#include "command/terminal.h"
#include "command/utf8.h"
#include "system/capabilities.h"

#include <stdlib.h>
#include <sys/sysmacros.h>

/* The exit statuses of monitoring plugins. */
enum { NAGIOS_OK = 0, NAGIOS_CRITICAL = 2, NAGIOS_UNKNOWN = 3 };

static void add(struct json_object *object, const char *name, struct json_object *value)
{
        json_object_object_add(object, name, value);
}

/* A process may have any bytes in its name and in its paths; JSON has UTF-8 only. */
static struct json_object *text(const char *value)
{
        char *clean = utf8_clean(value);
        struct json_object *object = clean ? json_object_new_string(clean) : NULL;

        free(clean);
        return object;
}

/* What is not to be seen is null. */
static struct json_object *answer(enum seen seen)
{
        return seen == SEEN_UNKNOWN ? NULL : json_object_new_boolean(seen == SEEN_YES);
}

static struct json_object *capabilities(uint64_t set)
{
        struct json_object *array = json_object_new_array();

        for (unsigned i = 0; capability_name(i); i++)
                if (set & 1ULL << i)
                        json_object_array_add(array, text(capability_name(i)));
        return array;
}

static struct json_object *account(unsigned number, char *name)
{
        struct json_object *object = json_object_new_object();

        add(object, "id", json_object_new_int64(number));
        add(object, "name", text(name));
        free(name);
        return object;
}

static struct json_object *groups(const struct process_record *record)
{
        struct json_object *array = json_object_new_array();

        for (size_t i = 0; i < record->group_count; i++)
                json_object_array_add(
                        array, account(record->groups[i], status_group(record->groups[i])));
        return array;
}

static struct json_object *root(const struct process_record *record)
{
        struct json_object *object;
        char *device;

        if (record->root_seen != SEEN_YES)
                return NULL;
        object = json_object_new_object();
        device = memory_format("%u:%u", major(record->root.device), minor(record->root.device));
        add(object, "path", text(record->root_path));
        add(object, "device", text(device));
        add(object, "inode", json_object_new_int64((int64_t)record->root.inode));
        free(device);
        return object;
}

static struct json_object *outside(const struct process_record *record)
{
        struct json_object *array;

        if (!record->outside_seen)
                return NULL;
        array = json_object_new_array();
        for (size_t i = 0; i < record->outside_count; i++) {
                struct json_object *object = json_object_new_object();

                add(object, "descriptor",
                        record->outside[i].number == OUTSIDE_WORKING_DIRECTORY
                                ? NULL
                                : json_object_new_int(record->outside[i].number));
                add(object, "target", text(record->outside[i].target));
                json_object_array_add(array, object);
        }
        return array;
}

static struct json_object *namespace(ino_t inode)
{
        return inode ? json_object_new_int64((int64_t)inode) : NULL;
}

static void add_rights(struct json_object *object, const struct process_record *record)
{
        struct json_object *sets = json_object_new_object();

        add(object, "user", account(record->uid[1], status_user(record->uid[1])));
        add(object, "real_user", account(record->uid[0], status_user(record->uid[0])));
        add(object, "group", account(record->gid[1], status_group(record->gid[1])));
        add(object, "real_group", account(record->gid[0], status_group(record->gid[0])));
        add(object, "groups", groups(record));
        add(sets, "effective", capabilities(record->effective));
        add(sets, "permitted", capabilities(record->permitted));
        add(sets, "inheritable", capabilities(record->inheritable));
        add(sets, "ambient", capabilities(record->ambient));
        add(sets, "bounding", capabilities(record->bounding));
        add(object, "capabilities", sets);
        add(object, "no_new_privs", json_object_new_boolean(record->no_new_privs));
        add(object, "seccomp", json_object_new_int(record->seccomp));
}

static struct json_object *process(
        const struct status_report *report, const struct process_record *record)
{
        struct json_object *object = json_object_new_object();
        const char *code = NULL;
        char *problem = status_problem(report, record, &code);

        add(object, "pid", json_object_new_int(record->pid));
        add(object, "parent", json_object_new_int(record->parent));
        add(object, "start", json_object_new_int64((int64_t)record->start));
        add(object, "role", text(survey_role_word(record->role)));
        add(object, "name", text(record->name));
        add(object, "program", text(record->program));
        add(object, "threads", json_object_new_int(record->threads));
        add(object, "must_be_jailed", json_object_new_boolean(survey_must_be_jailed(record)));
        add(object, "jailed", answer(record->jailed));
        add(object, "root", root(record));
        add(object, "isolation", text(survey_isolation_word(record->isolation)));
        add(object, "mount_namespace", namespace(record->mount_namespace));
        add(object, "landlock", text(status_wall_word(status_wall(report, record))));
        add_rights(object, record);
        add(object, "leads_out", outside(record));
        add(object, "serves", answer(record->serves));
        add(object, "shim", answer(record->shim));
        add(object, "shim_path", text(record->shim_path));
        add(object, "problem", text(problem ? code : NULL));
        add(object, "why", text(problem));
        free(problem);
        return object;
}

/* Where each user has a jail: how it is with each of them. */
static struct json_object *users(const struct status_report *report, const struct survey *survey)
{
        struct json_object *array = report->each ? json_object_new_array() : NULL;

        for (size_t i = 0; array && i < survey->count; i++) {
                const struct process_record *record = &survey->process[i];
                struct json_object *object;
                struct status_count count;
                char *jail;

                if (!status_starts_user(survey, i))
                        continue;
                object = account(record->uid[1], status_user(record->uid[1]));
                count = status_count(survey, &record->uid[1]);
                jail = status_jail(report, record);
                add(object, "jail", text(jail));
                add(object, "workers", json_object_new_int((int)count.workers));
                add(object, "workers_jailed", json_object_new_int((int)count.jailed));
                json_object_array_add(array, object);
                free(jail);
        }
        return array;
}

static struct json_object *server(const struct status_report *report, const struct survey *survey)
{
        struct json_object *object = json_object_new_object(), *array = json_object_new_array();
        struct status_count count = status_count(survey, NULL);
        char *summary = status_summary(report, survey);

        add(object, "pid", json_object_new_int(survey->process[0].pid));
        add(object, "verdict", text(survey_verdict_word(survey->verdict)));
        add(object, "summary", text(summary));
        add(object, "workers", json_object_new_int((int)count.workers));
        add(object, "workers_jailed", json_object_new_int((int)count.jailed));
        add(object, "users", users(report, survey));
        for (size_t i = 0; i < survey->count; i++)
                json_object_array_add(array, process(report, &survey->process[i]));
        add(object, "processes", array);
        free(summary);
        return object;
}

struct json_object *status_json(const struct status_report *report, int status)
{
        struct json_object *object = json_object_new_object(), *array = json_object_new_array();

        add(object, "verdict", text(survey_verdict_word(report->verdict)));
        add(object, "status", json_object_new_int(status));
        add(object, "jail", text(report->jail));
        add(object, "missing", text(report->missing));
        for (size_t i = 0; i < report->count; i++)
                json_object_array_add(array, server(report, &report->server[i]));
        add(object, "servers", array);
        return object;
}

int status_nagios(const struct status_report *report, FILE *out)
{
        bool ok = status_is_good(report);
        bool critical = report->verdict == SURVEY_UNJAILED || report->verdict == SURVEY_NO_SERVER;
        struct status_count sum = {0};

        fprintf(out, "CHROOTSHIM %s: ", ok ? "OK" : critical ? "CRITICAL" : "UNKNOWN");
        for (size_t i = 0; i < report->count || i == 0; i++) {
                const struct survey *survey = report->count ? &report->server[i] : NULL;
                struct status_count count =
                        survey ? status_count(survey, NULL) : (struct status_count){0};
                char *summary = status_summary(report, survey);

                fputs(i ? "; " : "", out);
                terminal_print(out, summary);
                free(summary);
                sum.workers += count.workers;
                sum.jailed += count.jailed;
                sum.unjailed += count.unjailed;
        }
        fprintf(out, " | servers=%zu;;;0 workers=%u;;;0 jailed=%u;;;0 unjailed=%u;;0;0\n",
                report->count, sum.workers, sum.jailed, sum.unjailed);
        return ok ? NAGIOS_OK : critical ? NAGIOS_CRITICAL : NAGIOS_UNKNOWN;
}
