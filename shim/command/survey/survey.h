/* A server's real processes: which there are, what each is to the server, and whether it is jailed.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SURVEY_H
#define SHIM_COMMAND_SURVEY_H

#include "command/survey/process_record.h"
#include "settings/settings.h"

/*
 * All of it is the kernel's word: nothing is asked of the server or of the shim in it. A process is
 * jailed if its root is the jail, by device and inode, or lies below it; where each user has a
 * jail, if that is the one of the user whose rights it has: another's is none. Where no jail is
 * known, it is jailed if its root is another one than the machine's (or than the container's, where
 * the server is in one that the caller is not in).
 *
 * Jailed must be: each worker (see enum process_role), and each program that a worker has started.
 */

/** enum survey_verdict - what is to be said of a server; the worst last. */
enum survey_verdict {
        /** There are workers, and each is jailed. */
        SURVEY_JAILED,
        /** It has no worker, and does not serve by itself, or has the shim, which jails it when it
         * does: nothing can be said yet. */
        SURVEY_IDLE,
        /** No such process, or none any more. */
        SURVEY_NO_SERVER,
        /** The caller may not see the roots of all workers. */
        SURVEY_UNKNOWN,
        /** One that must be jailed is not, or holds a descriptor that leads out. */
        SURVEY_UNJAILED,
};

/**
 * struct survey_question - what is known of the server before.
 *
 * @has_jail:       is @jail known, or @each?
 * @each:           the settings, which name a jail for each user; NULL where all have one.
 * @only:           the uid that workers are looked at of; or NULL: of all.
 * @master_accepts: the setting: a master without workers is none itself.
 * @programs:       settings that may limit the shim to some programs; NULL if they are not known.
 */
struct survey_question {
        bool has_jail;
        struct identity jail;
        const struct settings *each;
        const uid_t *only;
        bool master_accepts;
        const struct settings *programs;
};

/**
 * struct survey - what was seen of one server; begin with all zero.
 *
 * @process:  the master first, then the others by their pids, where each user has a jail by users;
 *            a lone worker if there is no other.
 * @starting: a child is so young that it may not have come to its jail: the verdict is of the
 * others.
 * @lone:     the only reason of SURVEY_UNJAILED is the first process, which serves and has no
 *            worker; it may be a server that is about to start some.
 */
struct survey {
        struct process_record *process;
        size_t count;
        enum survey_verdict verdict;
        bool starting;
        bool lone;
};

/**
 * survey_take() - look once at the server whose master has this pid, with all that descends from
 * it. *ret_survey: what it held is freed.
 */
void survey_take(pid_t master, const struct survey_question *question, struct survey *ret_survey);

/**
 * survey_settle() - the same, again and again for some seconds at most, until nothing in it is
 * starting.
 */
void survey_settle(pid_t master, const struct survey_question *question, struct survey *ret_survey);

/** survey_question_of() - what the settings say; @ret_question may be completed then. */
void survey_question_of(const struct settings *settings, struct survey_question *ret_question);

/** survey_must_be_jailed() - by its role. */
bool survey_must_be_jailed(const struct process_record *record);

/** survey_release() - free what @survey holds. */
void survey_release(struct survey *survey);

/** struct survey_servers - pids of masters. */
struct survey_servers {
        pid_t *pid;
        size_t count;
};

/**
 * struct survey_wanted - which servers are looked for.
 *
 * @jail:       a process of theirs has this root; NULL for any server.
 * @each:       or a root that is the jail of its own user, where each has one; else NULL.
 * @configured: or they serve, and were started with settings that name this jail: by
 *              CHROOTSHIM_JAIL, or else by the file @settings;
 * @usual:      which is the one that is read if no variable names another.
 * @section:    of that file; its `programs` tell its servers from those of others. NULL: all.
 */
struct survey_wanted {
        const struct identity *jail;
        const struct settings *each;
        const char *configured;
        const char *settings;
        bool usual;
        const struct settings *section;
};

/**
 * survey_find() - the servers on this machine, as far as the caller may see them: those that have
 * the shim mapped and serve or have a jailed process; of the processes of a server that are one
 * program, the topmost.
 */
void survey_find(const struct survey_wanted *wanted, struct survey_servers *ret_servers);

/**
 * survey_pid_in() - the pid in the first line of a pidfile.
 *
 * Return: 0 if there is none, with errno: ESRCH if that process is gone, or is one that got the
 * number since; EPERM if it is hidden from the caller; EINVAL if no pid is in the file; or why it
 * cannot be read.
 */
pid_t survey_pid_in(const char *pidfile);

/** survey_word() - the word for a role, an isolation, a verdict; constant. */
const char *survey_role_word(enum process_role role);
const char *survey_isolation_word(enum process_isolation isolation);
const char *survey_verdict_word(enum survey_verdict verdict);

#endif
