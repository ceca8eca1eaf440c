/* Tells workers that die at once, again and again, from a worker that dies. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_EXIT_STORM_H
#define SHIM_PROCESS_EXIT_STORM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** So many deaths in a row are a storm. */
#define EXIT_STORM_DEATHS 10

/**
 * A worker dies at once if its master hears of it within so many milliseconds after its fork:
 * httpd looks for the dead once a second only.
 */
#define EXIT_STORM_LIFE 3000

/** So many children of a master are looked at; one more takes the place of the oldest. */
#define EXIT_STORM_PLACES 256

/** enum child_mark - how far a child has come; it says so itself, in memory that it shares. */
enum child_mark {
        /** It may be a logger as well. */
        CHILD_FORKED,
        /** It was to be jailed. */
        CHILD_WORKER,
        /** It has accepted a client, or has begun to receive datagrams of clients. */
        CHILD_SERVED,
};

/** struct child_birth - one child. @pid: 0 if its place is free, -1 while it is being forked. */
struct child_birth {
        pid_t pid;
        int64_t time;
};

/**
 * struct exit_storm - the children of one master; begins as all zero.
 *
 * A signal handler of the master may tell of a death at any moment.
 */
struct exit_storm {
        /**
         * EXIT_STORM_PLACES of enum child_mark, in memory that is shared with each worker until it
         * has served: who is broken into by a client has it no more. What is left: a worker that
         * is broken into before, by a file that it reads, for example, can make that others are
         * counted or not. It decides no more than that. NULL: none is looked at.
         */
        unsigned char *marks;
        struct child_birth births[EXIT_STORM_PLACES];
        /** How many have died in a row, and when the first of them did. */
        unsigned deaths;
        int64_t first_death;
};

/** exit_storm_fork() - a child is about to be forked. Return: its place; -1 if there is none. */
int exit_storm_fork(struct exit_storm *storm, int64_t now);

/** exit_storm_forked() - it was; @pid is below 0 if not. */
void exit_storm_forked(struct exit_storm *storm, int place, pid_t pid);

/**
 * exit_storm_died() - a child has ended with this status of wait(2).
 *
 * What counts is a worker that had served nobody, and ended by a fault of its own: by a status that
 * is not 0, or a signal such as SIGSEGV, which nobody sends to stop a server. One that served, or
 * lived longer, ends the row; any other end means nothing.
 *
 * Return: true if there have been EXIT_STORM_DEATHS in a row, and this one was forked after the
 * first of them: a server that is told to stop loses many at once, and forks none anew.
 */
bool exit_storm_died(struct exit_storm *storm, pid_t pid, int status, int64_t now);

/** exit_storm_serves() - is there a child that has served, and still @lives? */
bool exit_storm_serves(const struct exit_storm *storm, bool (*lives)(pid_t pid));

#endif
