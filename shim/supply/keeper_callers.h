/* Who has called the keeper, and has not asked yet. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_KEEPER_CALLERS_H
#define SHIM_SUPPLY_KEEPER_CALLERS_H

#include <stdint.h>
#include <sys/types.h>

/** So many that have called and said nothing yet are heard at a time. */
#define KEEPER_CALLERS 32

/** enum source - what an event is about: begins each structure that the kernel hands back. */
enum source {
        SOURCE_MASTER,
        SOURCE_CALLS,
        SOURCE_CHANGES,
        SOURCE_MOUNTS,
        SOURCE_CALLER,
        SOURCE_PROCESS
};

/** struct caller - one of them. @fd: -1 if the place is free. @number: how many have called before.
 * @deadline: until when it is heard, in the milliseconds of kernel_milliseconds(). */
struct caller {
        enum source source;
        int fd;
        pid_t pid;
        uint64_t number;
        int64_t deadline;
};

/** struct keeper_callers - all of them. @taken: how many have called. */
struct keeper_callers {
        struct caller item[KEEPER_CALLERS];
        uint64_t taken;
};

/** keeper_callers_begin() - nobody has called. */
void keeper_callers_begin(struct keeper_callers *ret_callers);

/**
 * keeper_callers_add() - @fd, which becomes theirs, is a call.
 *
 * If all places are taken, who has been silent longest loses his. Return: NULL for one who may not
 * ask: he is hung up on.
 */
struct caller *keeper_callers_add(struct keeper_callers *callers, int fd);

/** keeper_callers_end() - hang up. */
void keeper_callers_end(struct caller *caller);

/** keeper_callers_expire() - hang up on who has been silent for too long. Return: the first time at
 * which one will have been, or @next, if that is earlier; 0 for never. */
int64_t keeper_callers_expire(struct keeper_callers *callers, int64_t now, int64_t next);

#endif
