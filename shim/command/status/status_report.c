/* What `chrootshim status` has seen: the servers, and what is wrong with each process. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/status/status_report.h"

#include "command/memory.h"
#include "command/user_jail.h"
#include "jail/harden.h"
#include "jail/landlock.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

enum status_wall status_wall(
        const struct status_report *report, const struct process_record *record)
{
        int abi = landlock_abi();
        bool by_settings;

        if (abi == -EOPNOTSUPP || abi == -ENOSYS)
                return STATUS_WALL_NONE;
        /* A descendant of a worker has all that the worker has. */
        if (!report->jail || !survey_must_be_jailed(record) || record->jailed != SEEN_YES ||
                (record->role == PROCESS_WORKER && record->shim == SEEN_NO))
                return STATUS_WALL_UNKNOWN;
        if (report->settings->landlock == LANDLOCK_OFF)
                return STATUS_WALL_OFF;
        return harden_lacks_wall(report->settings, &by_settings) ? STATUS_WALL_UNKNOWN
                                                                 : STATUS_WALL_EXPECTED;
}

const char *status_wall_word(enum status_wall wall)
{
        static const char *const words[] = {
                [STATUS_WALL_UNKNOWN] = "unknown",
                [STATUS_WALL_NONE] = "none",
                [STATUS_WALL_OFF] = "off",
                [STATUS_WALL_EXPECTED] = "expected",
        };

        return words[wall];
}

const char *status_program(const struct process_record *record)
{
        const char *slash = record->program ? strrchr(record->program, '/') : NULL;

        return slash && slash[1] ? slash + 1 : record->name;
}

char *status_user(uid_t uid)
{
        const struct passwd *user = getpwuid(uid);

        return user ? memory_copy(user->pw_name) : memory_format("%u", uid);
}

char *status_group(gid_t gid)
{
        const struct group *group = getgrgid(gid);

        return group ? memory_copy(group->gr_name) : memory_format("%u", gid);
}

/* Why it may have come to that, as far as it is seen. */
static const char *hint(const struct process_record *record)
{
        if (record->shim == SEEN_NO)
                return ", and libchrootshim is not loaded in it";
        return record->shim == SEEN_YES ? ", though libchrootshim is loaded in it" : "";
}

char *status_jail(const struct status_report *report, const struct process_record *record)
{
        struct failure ignored;
        char *jail =
                report->each ? user_jail_path(report->settings, record->uid[1], &ignored) : NULL;

        return jail ? jail : memory_copy(report->jail);
}

static char *not_jailed(const struct status_report *report, const struct process_record *record)
{
        char *jail = status_jail(report, record), *text;

        if (record->stray) {
                free(jail);
                return memory_format("%s %d is not jailed: the root of its thread %d is %s",
                        survey_role_word(record->role), (int)record->pid, (int)record->stray,
                        record->stray_path);
        }
        text = memory_format("%s %d is not jailed: its root is %s%s%s%s",
                survey_role_word(record->role), (int)record->pid, record->root_path,
                jail ? ", and not " : "", jail ? jail : "", hint(record));
        free(jail);
        return text;
}

static char *leads_out(const struct process_record *record)
{
        const char *word = survey_role_word(record->role);
        const struct outside_descriptor *first = record->outside;

        if (first->number == OUTSIDE_WORKING_DIRECTORY)
                return memory_format("the working directory of %s %d leads out of the jail: %s",
                        word, (int)record->pid, first->target);
        return memory_format("%s %d holds descriptor %d, which leads out of the jail: %s", word,
                (int)record->pid, first->number, first->target);
}

char *status_problem(const struct status_report *report, const struct process_record *record,
        const char **ret_code)
{
        const char *word = survey_role_word(record->role);
        int pid = (int)record->pid;

        if (!survey_must_be_jailed(record))
                return NULL;
        *ret_code = "unjailed";
        if (record->jailed == SEEN_NO)
                return not_jailed(report, record);
        *ret_code = "unseen";
        if (record->jailed == SEEN_UNKNOWN)
                return memory_format(
                        "the root of %s %d cannot be seen: ask as root, or as its user", word, pid);
        if (!record->outside_seen)
                return memory_format(
                        "the descriptors of %s %d cannot be seen: ask as root, or as its user",
                        word, pid);
        *ret_code = "leads-out";
        return record->outside_count ? leads_out(record) : NULL;
}

bool status_starts_user(const struct survey *server, size_t i)
{
        const struct process_record *record = &server->process[i];
        const struct process_record *before = i > 0 ? record - 1 : NULL;

        return survey_must_be_jailed(record) &&
               (!before || !survey_must_be_jailed(before) || before->uid[1] != record->uid[1]);
}

struct status_count status_count(const struct survey *server, const uid_t *only)
{
        struct status_count count = {0};

        for (size_t i = 0; i < server->count; i++) {
                const struct process_record *record = &server->process[i];

                if (!survey_must_be_jailed(record) || (only && record->uid[1] != *only))
                        continue;
                count.workers++;
                if (record->jailed == SEEN_NO || record->outside_count)
                        count.unjailed++;
                else if (record->jailed == SEEN_YES && record->outside_seen)
                        count.jailed++;
                else
                        count.unknown++;
        }
        return count;
}

/* Which jail, where it is one for all of them. */
static const char *jail_of(const struct status_report *report, const struct survey *server)
{
        if (report->jail)
                return report->jail;
        for (size_t i = 0; i < server->count; i++)
                if (survey_must_be_jailed(&server->process[i]) && server->process[i].root_path)
                        return server->process[i].root_path;
        return "a jail";
}

char *status_summary(const struct status_report *report, const struct survey *server)
{
        const struct process_record *first = server ? server->process : NULL;
        struct status_count count;
        size_t users = 0;

        if (!first)
                return memory_copy(report->missing);
        count = status_count(server, NULL);
        for (size_t i = 0; i < server->count; i++)
                users += status_starts_user(server, i);
        if (count.workers == 0)
                return memory_format("%s %d: no worker runs, so that nothing can be said",
                        status_program(first), (int)first->pid);
        if (count.unjailed)
                return memory_format("%s %d: %u of %u workers %s not jailed", status_program(first),
                        (int)first->pid, count.unjailed, count.workers,
                        count.unjailed == 1 ? "is" : "are");
        if (count.unknown)
                return memory_format("%s %d: %u of %u workers cannot be seen",
                        status_program(first), (int)first->pid, count.unknown, count.workers);
        if (report->each)
                return memory_format("%s %d: %u worker%s of %zu user%s, %sjailed in %s",
                        status_program(first), (int)first->pid, count.workers,
                        count.workers == 1 ? "" : "s", users, users == 1 ? "" : "s",
                        count.workers == 1 ? "" : "each ", report->jail);
        return memory_format("%s %d: %u worker%s, %sjailed in %s", status_program(first),
                (int)first->pid, count.workers, count.workers == 1 ? "" : "s",
                count.workers == 1 ? "" : "all ", jail_of(report, server));
}
