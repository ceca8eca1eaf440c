/* `chrootshim status` looks: finds the servers that are asked for, and surveys each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/memory.h"
#include "command/status/status_report.h"
#include "settings/read.h"
#include "system/failure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where there is no jail of that name, nobody can be in it: its identity is that of no file. */
static struct survey_question question_of(const struct status_wish *wish)
{
        struct survey_question question = {0};

        if (wish->settings)
                survey_question_of(wish->settings, &question);
        question.only = wish->only;
        return question;
}

static struct survey_servers one(pid_t pid)
{
        struct survey_servers servers = {memory_grow(NULL, 1, sizeof(pid_t)), 1};

        servers.pid[0] = pid;
        return servers;
}

static char *missing_by_pidfile(const char *pidfile, int error)
{
        if (error == ESRCH)
                return memory_format("%s: no server: the process that it names is gone", pidfile);
        if (error == ENOENT)
                return memory_format("%s: no server: there is no such file", pidfile);
        if (error == EINVAL)
                return memory_format("%s: no server: it holds no pid", pidfile);
        return memory_format("%s: %s: ask as root", pidfile, error_text(error));
}

/* By its pidfile; where that is of no use, by the jail, in which workers may have outlived it. */
static struct survey_servers find_by_settings(const struct settings *settings,
        const struct survey_question *question, struct status_report *report)
{
        struct survey_wanted wanted = {
                .configured = settings->jail,
                .settings = settings->path,
                .usual = !getenv(SETTINGS_VARIABLE),
                .section = settings->server ? settings : NULL,
        };
        struct survey_servers servers = {0};
        pid_t pid = settings->pidfile ? survey_pid_in(settings->pidfile) : 0;

        if (pid)
                return one(pid);
        if (settings->pidfile) {
                if (errno == EPERM || errno == EACCES)
                        report->verdict = SURVEY_UNKNOWN;
                report->missing = missing_by_pidfile(settings->pidfile, errno);
        }
        if (!question->has_jail)
                return servers;
        wanted.jail = &question->jail;
        wanted.each = question->each;
        survey_find(&wanted, &servers);
        if (servers.count == 0 && !report->missing)
                report->missing = memory_format("no server has %s as its jail", settings->jail);
        return servers;
}

static struct survey_servers find(const struct status_wish *wish,
        const struct survey_question *question, struct status_report *report)
{
        struct survey_servers servers = {0};

        if (wish->pid)
                return one(wish->pid);
        if (!wish->all && wish->settings && (wish->settings->pidfile || wish->settings->jail))
                return find_by_settings(wish->settings, question, report);
        survey_find(&(struct survey_wanted){0}, &servers);
        if (servers.count == 0)
                report->missing =
                        memory_copy("no server is found in which libchrootshim is loaded");
        return servers;
}

static void add(struct status_report *report, const struct survey *survey)
{
        report->server = memory_grow(report->server, report->count + 1, sizeof(*report->server));
        report->server[report->count++] = *survey;
        if (report->count == 1 || survey->verdict > report->verdict)
                report->verdict = survey->verdict;
}

void status_look(const struct status_wish *wish, bool settle, struct status_report *ret_report)
{
        struct survey_question question = question_of(wish);
        struct survey_servers servers;

        status_release(ret_report);
        *ret_report = (struct status_report){
                .settings = wish->settings,
                .jail = question.has_jail ? wish->settings->jail : NULL,
                .each = question.each != NULL,
                .verdict = SURVEY_NO_SERVER,
                .idle_is_good = wish->idle_is_good,
        };
        servers = find(wish, &question, ret_report);
        for (size_t i = 0; i < servers.count; i++) {
                struct survey survey = {0};

                if (settle)
                        survey_settle(servers.pid[i], &question, &survey);
                else
                        survey_take(servers.pid[i], &question, &survey);
                if (survey.count)
                        add(ret_report, &survey);
        }
        if (ret_report->count) {
                free(ret_report->missing);
                ret_report->missing = NULL;
        } else if (!ret_report->missing) {
                ret_report->missing = memory_copy("no such process");
        }
        free(servers.pid);
}

bool status_is_good(const struct status_report *report)
{
        if (report->verdict != SURVEY_IDLE || !report->idle_is_good)
                return report->verdict == SURVEY_JAILED;
        for (size_t i = 0; i < report->count; i++)
                if (report->server[i].verdict == SURVEY_IDLE &&
                        report->server[i].process[0].shim != SEEN_YES)
                        return false;
        return true;
}

bool status_is_starting(const struct status_report *report)
{
        for (size_t i = 0; i < report->count; i++)
                if (report->server[i].starting)
                        return true;
        return false;
}

void status_release(struct status_report *report)
{
        for (size_t i = 0; i < report->count; i++)
                survey_release(&report->server[i]);
        free(report->server);
        free(report->missing);
        *report = (struct status_report){0};
}
