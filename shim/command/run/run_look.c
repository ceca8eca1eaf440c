/* What is seen of everything that a command has started: who serves, and who is in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/run_look.h"

#include "command/memory.h"
#include "command/survey/listening.h"
#include "command/survey/survey.h"

#include <stdlib.h>

size_t run_serving(const struct offspring *all, pid_t *ret_pids)
{
        struct listening listening = {0};
        pid_t *below = memory_grow(NULL, all->count + 1, sizeof(*below));
        size_t count = 0, passed = 0;

        for (size_t each = 0; each < all->count; each++) {
                CLOSED_AT_END int process = process_open(all->pid[each]);
                struct process_record record;
                bool is_below = false;

                if (process < 0 || process_read(process, &listening, &record) < 0)
                        continue;
                for (size_t i = 0; i < passed && !is_below; i++)
                        is_below = below[i] == record.parent;
                if (record.serves == SEEN_YES && !is_below)
                        ret_pids[count++] = record.pid;
                if (record.serves == SEEN_YES || is_below)
                        below[passed++] = record.pid;
                process_release(&record);
        }
        free(below);
        listening_release(&listening);
        return count;
}

/* The masters of what was started. Return: their number; *ret_why is told where there are none. */
static size_t find_masters(
        const struct plan *plan, const struct offspring *all, pid_t *ret_pids, char **ret_why)
{
        const char *pidfile = plan->settings.pidfile;
        size_t count = pidfile ? 0 : run_serving(all, ret_pids);

        if (pidfile) {
                ret_pids[0] = survey_pid_in(pidfile);
                count = ret_pids[0] && offspring_has(all, ret_pids[0]);
        }
        if (all->count == 0)
                *ret_why = memory_copy("the command has returned, and nothing of it runs");
        else if (count == 0 && pidfile)
                *ret_why =
                        memory_format("%s names no process that the command has started", pidfile);
        else if (count == 0)
                *ret_why = memory_copy("nothing that the command has started serves");
        return count;
}

static char *describe(const struct process_record *record)
{
        if (record->jailed == SEEN_NO)
                return memory_format("process %d (%s) is not in the jail: its / is %s%s",
                        record->pid, record->name,
                        record->root_path ? record->root_path : "unknown",
                        record->shim == SEEN_NO ? ", and chrootshim is not loaded" : "");
        if (record->outside_count)
                return memory_format("process %d (%s) has a descriptor that leads out: %s",
                        record->pid, record->name, record->outside[0].target);
        if (record->jailed == SEEN_UNKNOWN || !record->outside_seen)
                return memory_format(
                        "whether process %d (%s) is in the jail is not to be seen by this user",
                        record->pid, record->name);
        return NULL;
}

static char *describe_first(const struct survey *survey)
{
        char *why = NULL;

        for (size_t i = 0; !why && i < survey->count; i++)
                if (survey_must_be_jailed(&survey->process[i]))
                        why = describe(&survey->process[i]);
        return why ? why : memory_copy("it has no workers that are ready");
}

static enum run_look look_at(const struct plan *plan, pid_t master, char **ret_why)
{
        struct survey_question question;
        struct survey survey = {0};
        enum run_look look = RUN_UNSURE;

        survey_question_of(&plan->settings, &question);
        if (!question.each)
                question.jail = plan->jail.identity;
        survey_take(master, &question, &survey);
        if (survey.verdict == SURVEY_JAILED && !survey.starting)
                look = RUN_JAILED;
        else if (survey.verdict == SURVEY_UNJAILED && !survey.starting && !survey.lone)
                look = RUN_UNJAILED;
        if (look != RUN_JAILED) {
                free(*ret_why);
                *ret_why = describe_first(&survey);
        }
        survey_release(&survey);
        return look;
}

enum run_look run_look(const struct plan *plan, char **ret_why)
{
        struct offspring all;
        enum run_look worst = RUN_NOTHING;
        pid_t *masters;
        size_t count;

        *ret_why = NULL;
        offspring_list(&all);
        masters = memory_grow(NULL, all.count + 1, sizeof(*masters));
        count = find_masters(plan, &all, masters, ret_why);
        for (size_t i = 0; i < count && worst != RUN_UNJAILED; i++) {
                enum run_look one = look_at(plan, masters[i], ret_why);

                worst = one > worst ? one : worst;
        }
        if (all.count == 0)
                worst = RUN_GONE;
        free(masters);
        offspring_release(&all);
        return worst;
}
