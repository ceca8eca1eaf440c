/* Says whether a program is one that the loader keeps the environment of its user away from. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_SECURE_EXECUTION_H
#define SHIM_SYSTEM_SECURE_EXECUTION_H

#include <stdbool.h>

/**
 * execution_is_secure() - would the kernel set AT_SECURE (getauxval(3)) for this file, so that
 * LD_PRELOAD counts for nothing? Where set-id bits and capabilities give this user something.
 *
 * Async-signal-safe.
 */
bool execution_is_secure(const char *path);

#endif
