/* The doctor, called by init. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_INIT_CHECK_H
#define SHIM_COMMAND_INIT_INIT_CHECK_H

/**
 * init_run_check() - what chrootshim check says of @program, in its own words, on stdout.
 * @fix: "--fix", and it asks whether to write what it proposes; or NULL.
 * @yes: "--yes", and it does not ask; or NULL.
 *
 * Return: its exit status; -1 if there is none.
 */
int init_run_check(const char *program, const char *fix, const char *yes);

#endif
