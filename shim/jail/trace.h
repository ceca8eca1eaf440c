/* A traced worker: it has the kernel report the paths that it asks for to a tracer outside. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_TRACE_H
#define SHIM_JAIL_TRACE_H

/*
 * Only where CHROOTSHIM_TRACE names the Unix socket of a tracer (chrootshim trace) that belongs to
 * root, or to the worker's own user. The worker installs a filter of system calls that reports
 * those in jail/traced_calls.h, to who has its listener (seccomp_unotify(2)); gives the listener to
 * the tracer; and goes on. What it starts is reported as well. The worker gains nothing by it: it
 * keeps no listener, and the tracer lets every call go on.
 *
 * If there is no tracer any more, such a call fails with ENOSYS. So the worker ends with it: it
 * keeps the connection, and the kernel kills it when the other end is gone. The next one is not
 * traced.
 *
 * In words, between them: the tracer says TRACE_READY, the worker sends TRACE_LISTENER with the
 * listener, the tracer says TRACE_TAKEN once it answers. One byte each. The worker's first call is
 * one of the path "", which says nothing.
 */
#define TRACE_READY 'r'
#define TRACE_LISTENER 'l'
#define TRACE_TAKEN 't'

/** How long a worker waits for each word of the tracer, in seconds: a stopped one stops nobody. */
#define TRACE_PATIENCE 5

/**
 * trace_connect() - before the root changes: call the tracer. Async-signal-safe.
 * @path: of its socket; NULL if nobody traces.
 *
 * Return: the connection, for trace_begin(); -1 if the worker is not traced, which a line tells.
 */
int trace_connect(const char *path);

/**
 * trace_begin() - in the jail, with no_new_privs or CAP_SYS_ADMIN: have the calls reported from
 * now on, for good. Async-signal-safe.
 * @tracer: from trace_connect().
 *
 * Where the kernel refuses that, the worker goes on untraced, which a line tells. A worker whose
 * tracer goes away meanwhile ends here.
 */
void trace_begin(int tracer);

#endif
