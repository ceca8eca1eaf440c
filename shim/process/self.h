/* The state of this process as this room writes it; hooks look at it by this_process(). */
#ifndef SHIM_PROCESS_SELF_H
#define SHIM_PROCESS_SELF_H

#include "process/process.h"

static struct process *const self __attribute__((unused)) = &process_state;

#endif
