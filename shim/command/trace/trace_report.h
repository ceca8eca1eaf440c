/* The paths that traced workers lack: each once, with how often, for which program, and the cure.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_REPORT_H
#define SHIM_COMMAND_TRACE_REPORT_H

#include "command/finding.h"
#include "command/trace/trace_event.h"
#include "command/trace/trace_users.h"

/**
 * struct trace_missing - one path.
 *
 * @user:     in whose jail, where each user has one; else NULL. It lives as long as the report.
 * @severity: FINDING_NOTE if who asks for it does without as a rule.
 * @outside:  is it there outside? Only trace_report.all has others.
 * @program:  the names of the files that asked for it, from utf8_clean().
 * @identity: of the file outside, which may have several paths.
 * @task, @since: who asked first, and when (kernel_milliseconds()).
 * @settled:  it has been told, and is not taken back any more.
 */
struct trace_missing {
        char *path;
        const char *user;
        enum finding_severity severity;
        enum traced_kind use;
        bool outside;
        unsigned long count;
        char **program;
        size_t program_count;
        struct identity identity;
        struct cure cure;
        pid_t task;
        int64_t since;
        bool settled;
};

/**
 * struct trace_report - all of it; begin with all zero, but @plan.
 *
 * @plan:    checked by plan_check().
 * @users:   whose workers were met, where each user has a jail.
 * @all:     also what is nowhere.
 * @live:    where each path that is no note is printed, once it is settled; or NULL.
 * @workers: that were traced, and @lost: calls that nobody could look at or tell of in time, or
 *           that asked for more paths than TRACE_REPORT_LIMIT.
 */
struct trace_report {
        struct plan *plan;
        struct trace_users users;
        bool all;
        FILE *live;
        struct trace_missing *item;
        size_t count;
        unsigned long workers;
        unsigned long lost;
};

/**
 * How long a path may be taken back, in milliseconds: a program that looks in several places for a
 * file of one name, and finds it in a later one, lacks nothing.
 */
#define TRACE_SETTLED_AFTER 500

/** The most paths: a worker may ask for any number, and nobody reads them. */
#define TRACE_REPORT_LIMIT 2000

/** trace_report_add() - note what @event asks for, if it is missing. */
void trace_report_add(struct trace_report *report, const struct trace_event *event);

/**
 * trace_report_settle() - print what is due.
 * @all: everything is, for the trace has ended.
 *
 * Return: in how many milliseconds it is to be called again; -1: not before the next event.
 */
int trace_report_settle(struct trace_report *report, bool all);

/** trace_report_release() - free what it holds. */
void trace_report_release(struct trace_report *report);

#endif
