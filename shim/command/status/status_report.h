/* What `chrootshim status` has seen: the servers, and what is wrong with each process. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_STATUS_REPORT_H
#define SHIM_COMMAND_STATUS_REPORT_H

#include "command/survey/survey.h"
#include "settings/settings.h"

#include <json-c/json.h>
#include <stdio.h>

/**
 * struct status_report - one look at all servers that were asked for.
 *
 * @settings: of the servers; NULL if they are not known.
 * @jail:     the path of the jail in them, or NULL.
 * @each:     it is one for each user, and that path has tokens.
 * @missing:  why there is no server, if there is none; from malloc().
 * @verdict:  the worst of all.
 * @idle_is_good: as in struct status_wish.
 */
struct status_report {
        struct survey *server;
        size_t count;
        const struct settings *settings;
        const char *jail;
        bool each;
        char *missing;
        enum survey_verdict verdict;
        bool idle_is_good;
};

/**
 * struct status_wish - which servers are asked for.
 *
 * @pid:      that one and what descends from it; 0 for none.
 * @all:      all that are found.
 * @settings: else the server of these. NULL if they are not known.
 * @only:     the uid that workers are looked at of, where each user has a jail; NULL: of all.
 * @idle_is_good: that no worker runs is good, where the server has the shim.
 */
struct status_wish {
        pid_t pid;
        bool all;
        const struct settings *settings;
        const uid_t *only;
        bool idle_is_good;
};

/**
 * status_look() - look at them once.
 * @settle: give those that are starting some seconds to come to their jail.
 * *ret_report: what it held is freed.
 */
void status_look(const struct status_wish *wish, bool settle, struct status_report *ret_report);

/** status_is_starting() - is one of them, or one of their workers, too young to be judged? */
bool status_is_starting(const struct status_report *report);

/** status_is_good() - is each worker jailed; or is there none, where that is good? */
bool status_is_good(const struct status_report *report);

/** status_release() - free what @report holds. */
void status_release(struct status_report *report);

/** enum status_wall - the second wall of a process. The kernel has no record of it: this follows
 * from the settings, and from what the kernel has to offer. */
enum status_wall {
        STATUS_WALL_UNKNOWN,
        /** The kernel has none, or does not say. */
        STATUS_WALL_NONE,
        /** By the settings. */
        STATUS_WALL_OFF,
        /** By the settings: the shim lets no worker go on without it. */
        STATUS_WALL_EXPECTED,
};

/** status_wall() - of a process; status_wall_word() - the word for it. */
enum status_wall status_wall(
        const struct status_report *report, const struct process_record *record);
const char *status_wall_word(enum status_wall wall);

/** status_program() - what it is called: the file name of its program, or else its name. */
const char *status_program(const struct process_record *record);

/** status_user(), status_group() - the name of that number, or the number; from malloc(). */
char *status_user(uid_t uid);
char *status_group(gid_t gid);

/**
 * status_problem() - what is wrong with the jail of this process.
 * @ret_code: its name, for programs; constant.
 *
 * Return: a sentence without its full stop, from malloc(); NULL if nothing is.
 */
char *status_problem(const struct status_report *report, const struct process_record *record,
        const char **ret_code);

/** struct status_count - of one server. */
struct status_count {
        unsigned workers, jailed, unjailed, unknown;
};

/** status_count() - those that must be jailed; @only: of this uid; NULL: all. */
struct status_count status_count(const struct survey *server, const uid_t *only);

/** status_jail() - the path of the jail where this process should be; from malloc(). NULL if it is
 * not known. */
char *status_jail(const struct status_report *report, const struct process_record *record);

/** status_starts_user() - is the process at @i the first one of those of its user that must be
 * jailed? They follow one another where each user has a jail. */
bool status_starts_user(const struct survey *server, size_t i);

/** status_summary() - a server in one line, from malloc(): "apache2 1588: 5 workers, all jailed
 * in /var/www". @server may be NULL: why there is none. */
char *status_summary(const struct status_report *report, const struct survey *server);

/** status_show() - tables for people. */
void status_show(const struct status_report *report, FILE *out);

/** status_json() - as status.schema.json has it. */
struct json_object *status_json(const struct status_report *report, int status);

/** status_nagios() - one line, as monitoring plugins print it, and their exit status. */
int status_nagios(const struct status_report *report, FILE *out);

#endif
