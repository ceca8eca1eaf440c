/* The start of a process: from the settings, or from what a worker handed on, to its first role. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_START_H
#define SHIM_PROCESS_START_H

/*
 * Each runs once, before main(), and ends the process with CHROOTSHIM_EXIT_CONFIG and one line if
 * something is wrong; except where that would do harm: the system must boot with the shim in
 * ld.so.preload, a helper must go on logging, and a program that merely has no permission to look
 * is none of our business until it listens or accepts.
 */

/** start_outside() - as a program that may be a server. */
void start_outside(void);

/** start_inside() - as a program that a worker has started; @value is that of CHROOTSHIM_INSIDE. */
void start_inside(const char *value);

#endif
