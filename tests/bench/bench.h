/* What the benchmark programs share: clock, failure, and how a process becomes a worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/** clock_ns - monotonic time in nanoseconds */
double clock_ns(void);

/** least - the smaller of two times: what a call costs when nothing else disturbs it */
double least(double a, double b);

/** fail - print "PROGRAM: WHAT: strerror(errno)" and exit with status 1 */
_Noreturn void fail(const char *what);

/** listen_somewhere - make this a listening program: armed, where no pidfile is configured */
void listen_somewhere(void);

/** serve - wait for no event, as a server does: in a pending child, the moment it is jailed */
void serve(void);
