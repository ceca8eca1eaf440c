/* The keeper: a process of ours beside a master, which has the jails of all users who run. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_KEEPER_H
#define SHIM_SUPPLY_KEEPER_H

#include "supply/plan.h"

#include <limits.h>

/*
 * Where each user has a jail, it takes the place of the refresher, and is started, missed and ended
 * as that is (supply/refresher.h). A worker that is about to give up root asks it for the jail of
 * the user that it will be. It looks the name up, makes the plan of that user (supply/user_plan.h)
 * by the same code as a server with one jail does at its start, and answers with an image of it
 * (supply/plan_image.h) and the namespaces: under isolation = "namespace" each user has a mount
 * namespace and an IPC namespace. It may allocate and load modules of NSS, which a worker may not.
 * All workers of a user get the same namespaces. When the last process that asked has ended, the
 * plan is let go: nothing is left of it but what is in the jail. What changes outside comes to all
 * of these jails, as with the refresher.
 *
 * It is asked at an abstract socket of a name that the kernel chooses, which is nobody's to take
 * away. Who asks must be root; who answers must be the very process that the master has started.
 * One that is killed is missed at the master's next fork; workers that run keep what they have
 * then.
 *
 * A plan is made for one user after the other, and who asks waits no longer than KEEPER_PATIENCE.
 * A process that builds a namespace or makes copies is given up after CHILD_DEADLINE. But where
 * the look-up of a name or the look at a source does not return, the keeper hangs, and all new
 * workers are refused: nobody misses it.
 */

/** How long a worker waits for its answer, in milliseconds. */
#define KEEPER_PATIENCE 45000

/** KEEPER_NAME - what it is called, as by ps(1). */
#define KEEPER_NAME "shim-keeper"

/** Those that come with an answer: of the image, and of the mount and the IPC namespace. */
#define KEEPER_DESCRIPTORS 3

/** struct keeper_request - one message. @size: of struct keeper_answer, as both know it. */
struct keeper_request {
        uint32_t size;
        uid_t uid;
};

/**
 * struct keeper_answer - one message. With it come KEEPER_DESCRIPTORS, or that of the image
 * alone.
 *
 * @result: 0, or a negative error number: the worker is refused.
 * @log:    the user's log, if there is one for each; also where he is refused, if it is known.
 * @told:   he is refused since that log cannot be opened: the keeper has said so.
 * @text:   why he is refused, as failure_text() says it.
 */
struct keeper_answer {
        int32_t result;
        bool told;
        char log[PATH_MAX];
        char text[FAILURE_TEXT_SIZE];
};

/** keeper_bind() - in the master: a socket for a keeper, whose name is refresher->address from now
 * on. Return: a descriptor, or a negative error number. */
int keeper_bind(struct refresher *refresher);

/** keeper_run() - what it does, as long as @master lives (keeper_loop.c). @socket: of
 * keeper_bind(). */
void keeper_run(struct plan *plan, pid_t master, bool is_main, int socket)
        __attribute__((noreturn));

/**
 * keeper_ask() - in a worker that is root: make the template @plan that of the user @uid.
 *
 * Async-signal-safe. Its descriptors are the plan's; none of the channel is left open.
 *
 * Return: NULL, with @ret_variables for programs inside; or why it is refused, in @ret_answer.
 */
const char *keeper_ask(
        struct plan *plan, uid_t uid, struct keeper_answer *ret_answer, char ***ret_variables);

#endif
