/* A process in the jail that makes the operations it is given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_H
#define WORKER_H

#include "operation.h"

/** struct worker - how to reach one: a byte asks it to make what the exchange holds. */
struct worker {
        enum side side;
        pid_t pid;
        int ask;
        int answer;
};

/**
 * worker_start() - start one.
 * @program:   to be executed again, so that the loader preloads the shim, with the variables that
 *             it needs, for SIDE_SHIM only.
 * @exchange:  a descriptor of the shared memory.
 * @translate: false: the shim's `fixroot` is off.
 */
struct worker worker_start(const char *program, enum side side, int exchange, bool translate);

/** worker_ask() - make the operations of the exchange, from an empty tree. */
void worker_ask(const struct worker *worker);

/** worker_wait() - until it has. Return: false if it died. */
bool worker_wait(const struct worker *worker);

/** worker_stop() - end it. */
void worker_stop(const struct worker *worker);

/** worker_main() - what main() does with the arguments that worker_start() gave. */
int worker_main(char **arguments);

#endif
