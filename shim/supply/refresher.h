/* The refresher: a process of ours beside a master, which brings what changes to its workers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_REFRESHER_H
#define SHIM_SUPPLY_REFRESHER_H

#include "supply/plan.h"

/*
 * Where each user has a jail, there is a keeper in its place (supply/keeper.h).
 *
 * It watches the sources of what is exposed (supply/source_watch.h) and brings what changes to the
 * workers that run (supply/refresh.h). The server sees nothing of it: it sends no SIGCHLD, wait(2)
 * does not find it, it has a session of its own, and none of the server's descriptors, but for a
 * stderr that it cannot open anew, if that is neither a pipe nor a connection of the network. It
 * ends when its master does. The master holds nothing of it but its pid, which nobody else can get
 * before it has been waited for.
 */

/**
 * struct refresher_page - shared by the two, and by nobody else: no worker has it.
 *
 * @asked: when the master asked what has not been taken note of; 0 if all has been.
 * @rests: until when the refresher pauses and takes note of nothing; 0 if it does not.
 * @ready: a keeper (supply/keeper.h) can be asked.
 *
 * The times in the milliseconds of kernel_milliseconds().
 */
struct refresher_page {
        _Atomic int64_t asked;
        _Atomic int64_t rests;
        _Atomic bool ready;
};

/** refresher_start() - start one, if there is anything that could change, and none is there; where
 * each user has a jail, a keeper. */
void refresher_start(struct plan *plan);

/**
 * refresher_ask() - let it look at all sources: there are file systems that tell nothing of
 * changes.
 *
 * Returns at once. That it takes note of no question any more is told, once: a file system may
 * hang.
 *
 * Return: true; false if there is none, or none any more, which is told.
 */
bool refresher_ask(struct plan *plan);

/** refresher_end() - end it, since this process is about to be no master any more. */
void refresher_end(struct plan *plan);

/**
 * refresher_run() - what it does, as long as @master lives (refresher_loop.c).
 * @is_main: it was started by the master's main thread.
 */
void refresher_run(struct plan *plan, pid_t master, bool is_main) __attribute__((noreturn));

/** REFRESHER_NAME - what it is called, as by ps(1). */
#define REFRESHER_NAME "shim-refresher"

/** REFRESHER_SIGNAL - asks it to look. */
#define REFRESHER_SIGNAL SIGUSR1

#endif
