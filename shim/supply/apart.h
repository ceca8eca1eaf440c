/* How a process of the shim's own lives beside its master, who sees nothing of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_APART_H
#define SHIM_SUPPLY_APART_H

#include "system/failure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * It sends no SIGCHLD, has a session of its own, and none of the server's descriptors, but for a
 * stderr that it cannot open anew, if that is neither a pipe nor a connection of the network. It
 * ends when its master does.
 */

/**
 * struct apart - such a process.
 *
 * @master:  whose end is its own.
 * @end:     becomes readable when the master has ended.
 * @nothing: an O_PATH descriptor, in the place of the standard ones while nothing is to be told.
 * @log:     stderr is let go, and the master's opened anew for each line.
 */
struct apart {
        pid_t master;
        int end;
        int nothing;
        bool log;
};

/** Most descriptors that apart_begin() is told to keep. */
#define APART_KEPT 4

/**
 * apart_begin() - leave the server.
 * @name:    what ps(1) and top(1) are to show.
 * @is_main: it was started by the master's main thread.
 * @root:    a server may be another user for a moment: be root.
 * @kept:    descriptors besides those of the log; those below 0 count for nothing.
 */
void apart_begin(struct apart *apart, pid_t master, const char *name, bool is_main, bool root,
        const int *kept, size_t count);

/** apart_watch_master() - set apart->end. Where that fails, the process ends, and says why. */
void apart_watch_master(struct apart *apart);

/** apart_check_master() - end this process if its master has ended. */
void apart_check_master(const struct apart *apart);

/**
 * apart_begin_log() - lines may be told until apart_end_log(): on stderr they reach the file that
 * is the master's by now, for it may have been rotated. While nothing is told, no logger that reads
 * from a pipe is to wait for this process to close it.
 */
void apart_begin_log(const struct apart *apart);
void apart_end_log(const struct apart *apart);

/** apart_give_up() - end this process, with a line. */
void apart_give_up(int error, const char *reason, const char *remedy) __attribute__((noreturn));

/**
 * struct pace - how long the next round of work waits after its first event.
 *
 * One change of many steps is one. If something has changed soon after the last work, the pause
 * becomes twice as long, again and again: who can write to a source must not keep a processor busy.
 * Neither by much work: a pause is as long as so many times what the last round took of it.
 *
 * @pause: the last one; @ended: when the last round did; @begun: what of a processor had been used
 *         before it; @cost: what it took of that. All in milliseconds.
 */
struct pace {
        int64_t pause;
        int64_t ended;
        int64_t begun;
        int64_t cost;
};

/** pace_next() - something has happened: how long is the pause, in milliseconds? */
int64_t pace_next(struct pace *pace);

/** pace_begin() - the work begins. pace_end() - it is done. */
void pace_begin(struct pace *pace);
void pace_end(struct pace *pace);

#endif
