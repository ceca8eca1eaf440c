/* What the programs get that a process starts: a helper, the server's own next version, others. */
#ifndef SHIM_PROCESS_PROGRAMS_H
#define SHIM_PROCESS_PROGRAMS_H

#include "view/environment.h"

#include <stdbool.h>

/**
 * programs_edit() - what becomes of the environment of the program @path (NULL: not known).
 *
 * What is started by a process that is no server may be the server. Async-signal-safe.
 *
 * Return: false if it stays as it is.
 */
bool programs_edit(const char *path, struct environment_edit *ret_edit);

#endif
