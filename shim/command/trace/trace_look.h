/* Is a path there that a traced worker asks for: in its jail, and outside? */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_LOOK_H
#define SHIM_COMMAND_TRACE_LOOK_H

#include "command/trace/trace_event.h"

/** enum trace_place - where it is. */
enum trace_place {
        /** In the jail. */
        TRACE_INSIDE,
        /** Not in the jail, but outside: what a report is about. */
        TRACE_OUTSIDE,
        /** Neither here nor there. */
        TRACE_NOWHERE,
        /** Nobody can say: it begins at what is no directory of the jail. */
        TRACE_UNKNOWN,
};

/**
 * trace_look() - look for what @event asks for.
 *
 * Looked for as the worker would find it: from its own root, links included. What it would make
 * there counts as there if its directory is; if it is not there outside either, this is about its
 * directory. Of a program that is there, and could not be run because its interpreter is not, this
 * is about the interpreter.
 *
 * @ret_path: it, absolute, as the worker names it; PATH_MAX bytes. Not set for TRACE_UNKNOWN.
 */
enum trace_place trace_look(const struct trace_event *event, char *ret_path);

#endif
