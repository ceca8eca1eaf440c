/* A server's real processes: which there are, what each is to the server, and whether it is jailed.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/survey.h"

#include "command/memory.h"
#include "command/survey/listening.h"
#include "command/survey/process_list.h"
#include "command/survey/survey_roles.h"
#include "command/survey/survey_roots.h"
#include "settings/user_settings.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Milliseconds between two looks, and how many of them. */
#define SETTLE_PAUSE 100
#define SETTLE_LOOKS 120

static bool read_one(pid_t pid, struct listening *listening, struct survey *survey)
{
        CLOSED_AT_END int process = process_open(pid);
        struct process_record record;

        if (process < 0 || process_read(process, listening, &record) < 0)
                return false;
        survey->process = memory_grow(survey->process, survey->count + 1, sizeof(*survey->process));
        survey->process[survey->count++] = record;
        return true;
}

static void read_all(pid_t master, struct survey *survey)
{
        struct listening listening = {0};
        struct process_list list;

        process_list_take(&list);
        process_list_below(&list, master);
        for (size_t i = 0; i < list.count; i++)
                if (!read_one(list.item[i].pid, &listening, survey) && i == 0)
                        break;
        process_list_release(&list);
        listening_release(&listening);
}

static enum survey_verdict verdict_of(const struct process_record *record)
{
        if (record->jailed != SEEN_YES)
                return record->jailed == SEEN_NO ? SURVEY_UNJAILED : SURVEY_UNKNOWN;
        if (record->outside_count)
                return SURVEY_UNJAILED;
        return record->outside_seen ? SURVEY_JAILED : SURVEY_UNKNOWN;
}

static void judge(struct survey *survey)
{
        bool others = false;

        survey->verdict = survey->count ? SURVEY_IDLE : SURVEY_NO_SERVER;
        for (size_t i = 0; i < survey->count; i++) {
                const struct process_record *record = &survey->process[i];
                enum survey_verdict verdict = verdict_of(record);

                survey->starting |= record->role == PROCESS_STARTING;
                if (!survey_must_be_jailed(record))
                        continue;
                others |= i > 0 && verdict == SURVEY_UNJAILED;
                if (survey->verdict == SURVEY_IDLE || verdict > survey->verdict)
                        survey->verdict = verdict;
        }
        survey->lone = survey->verdict == SURVEY_UNJAILED && !others;
}

void survey_question_of(const struct settings *settings, struct survey_question *ret_question)
{
        struct file_facts facts;

        *ret_question = (struct survey_question){
                .has_jail = settings->jail != NULL,
                .master_accepts = settings->master_accepts,
                .programs = settings,
        };
        if (settings_are_template(settings))
                ret_question->each = settings;
        else if (settings->jail && kernel_facts(AT_FDCWD, settings->jail, 0, &facts) == 0)
                ret_question->jail = facts.identity;
}

/* Workers of others are not looked at. */
static void keep_only(struct survey *survey, uid_t uid)
{
        size_t kept = 0;

        for (size_t i = 0; i < survey->count; i++) {
                struct process_record *record = &survey->process[i];

                if (i > 0 && survey_must_be_jailed(record) && record->uid[1] != uid)
                        process_release(record);
                else
                        survey->process[kept++] = *record;
        }
        survey->count = kept;
}

/* Who is no worker first; then user by user. */
static int compare_users(const void *a, const void *b)
{
        const struct process_record *one = a, *other = b;
        bool jailed = survey_must_be_jailed(one);

        if (jailed != survey_must_be_jailed(other))
                return jailed ? 1 : -1;
        if (jailed && one->uid[1] != other->uid[1])
                return one->uid[1] < other->uid[1] ? -1 : 1;
        return one->pid < other->pid ? -1 : one->pid > other->pid;
}

void survey_take(pid_t master, const struct survey_question *question, struct survey *ret_survey)
{
        survey_release(ret_survey);
        read_all(master, ret_survey);
        if (ret_survey->count) {
                survey_judge_roots(ret_survey, question);
                survey_give_roles(ret_survey, question);
                if (question->only)
                        keep_only(ret_survey, *question->only);
                if (question->each)
                        qsort(ret_survey->process + 1, ret_survey->count - 1,
                                sizeof(*ret_survey->process), compare_users);
        }
        judge(ret_survey);
}

void survey_settle(pid_t master, const struct survey_question *question, struct survey *ret_survey)
{
        static const struct timespec pause = {0, SETTLE_PAUSE * 1000000L};

        survey_take(master, question, ret_survey);
        for (int i = 0; i < SETTLE_LOOKS && ret_survey->starting; i++) {
                nanosleep(&pause, NULL);
                survey_take(master, question, ret_survey);
        }
}

bool survey_must_be_jailed(const struct process_record *record)
{
        return record->role == PROCESS_WORKER || record->role == PROCESS_PROGRAM;
}

void survey_release(struct survey *survey)
{
        for (size_t i = 0; i < survey->count; i++)
                process_release(&survey->process[i]);
        free(survey->process);
        *survey = (struct survey){0};
}

const char *survey_role_word(enum process_role role)
{
        static const char *const words[] = {
                [PROCESS_MASTER] = "master",
                [PROCESS_WORKER] = "worker",
                [PROCESS_STARTING] = "starting",
                [PROCESS_PROGRAM] = "program",
                [PROCESS_HELPER] = "helper",
                [PROCESS_REFRESHER] = "refresher",
                [PROCESS_KEEPER] = "keeper",
        };

        return words[role];
}

const char *survey_isolation_word(enum process_isolation isolation)
{
        static const char *const words[] = {
                [PROCESS_NOT_ISOLATED] = "none",
                [PROCESS_CHROOT] = "chroot",
                [PROCESS_NAMESPACE] = "namespace",
                [PROCESS_ISOLATION_UNKNOWN] = "unknown",
        };

        return words[isolation];
}

const char *survey_verdict_word(enum survey_verdict verdict)
{
        static const char *const words[] = {
                [SURVEY_JAILED] = "jailed",
                [SURVEY_IDLE] = "idle",
                [SURVEY_NO_SERVER] = "none",
                [SURVEY_UNKNOWN] = "unknown",
                [SURVEY_UNJAILED] = "unjailed",
        };

        return words[verdict];
}
