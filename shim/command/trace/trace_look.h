/* Is a path there that a traced worker asks for: in its jail, and outside? */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_LOOK_H
#define SHIM_COMMAND_TRACE_LOOK_H

#include "command/trace/trace_call.h"

/**
 * trace_look() - while the task waits: look for what @event asks for, and write down its place.
 *
 * A worker's mount namespace may end with it, and its mounts leave the jail then: nobody who looks
 * later sees what the worker did.
 *
 * Looked for as the worker would find it: from its own root, links included. What it would make
 * there counts as there if its directory is; if it is not there outside either, this is about its
 * directory. Of a program that is there, and could not be run because its interpreter is not, this
 * is about the interpreter.
 *
 * @base: from trace_call_read(). The path becomes absolute, as the worker names it, but where the
 *        place is TRACE_UNKNOWN.
 */
void trace_look(const struct trace_base *base, struct trace_event *event);

#endif
