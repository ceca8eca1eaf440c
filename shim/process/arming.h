/* Tells whether a server is armed: its pidfile holds its pid and its scoreboard exists. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_ARMING_H
#define SHIM_PROCESS_ARMING_H

#include "system/kernel.h"

#include <stdbool.h>
#include <sys/types.h>

/** enum arming - is a process the master of a server that forks workers? */
enum arming {
        ARMING_NO,
        /** It may be: its children are looked at. */
        ARMING_ASSUMED,
        /** Its own pid stands in the pidfile. */
        ARMING_CERTAIN,
};

/**
 * struct arming_stamp - what a pidfile was when this program started, if it held its pid already.
 *
 * A program that executes itself keeps its pid, and the pidfile that it wrote before: only one that
 * it has written anew says that it is the master (php-fpm at USR2).
 */
struct arming_stamp {
        bool held;
        struct file_facts facts;
};

/** arming_note_start() - at the start of the program with this pid. @pidfile may be NULL. */
void arming_note_start(const char *pidfile, pid_t pid, struct arming_stamp *ret_stamp);

/** struct arming_question - whose state is asked for. */
struct arming_question {
        /** Paths, or NULL. The scoreboard must exist as well. */
        const char *pidfile, *scoreboard;
        pid_t pid;
        const struct arming_stamp *start;
        /** What stands for a pidfile: the program serves and none is configured, or the shim has
         * been kept for it as a server's next version. */
        bool assumed;
};

/**
 * arming_check() - is that process armed?
 *
 * However the server wrote its pidfile, only its first line counts. Only "no such file" and the
 * pid of another process mean no; anything else is assumed to be armed, for an unjailed worker is
 * worse than a helper that is looked at. Async-signal-safe.
 */
enum arming arming_check(const struct arming_question *question);

#endif
