/* Faults that a server in miniature orders of the layer of calls beneath the shim. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROGRAMS_FAULT_H
#define PROGRAMS_FAULT_H

/* Whose calls count: the server's, those of the shim's short-lived child, or allocations. */
enum fault_kind { FAULT_OF_SERVER, FAULT_OF_BUILDER, FAULT_OF_ALLOCATION };

/* Instead of an error: the call never returns, or the process is killed. */
#define FAULT_HANG 1000
#define FAULT_KILL 1001

/* The order: the wanted one of these calls ends with this error. And what came of it. */
struct fault {
        enum fault_kind kind;
        long wanted;
        int error;
        long counted;
        char call[512];
};

/* Of this process; a server lets it point to memory that it shares with its children. */
extern struct fault *fault;

/* Calls count from the one to the other. */
void fault_begin(void);
void fault_end(void);

#endif
