/* The library that the command starts servers with, and its place in LD_PRELOAD. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PRELOAD_H
#define SHIM_COMMAND_PRELOAD_H

#include "system/failure.h"

/**
 * preload_library() - the path of the library.
 *
 * The installed one; in a build tree, the one that was built with this command. Free it.
 */
char *preload_library(void);

/**
 * preload_named() - the library that somebody names: a path, which is made absolute, or a name
 * that the loader looks for (ld.so(8)). Tokens of the loader, like $LIB, stay as they are.
 *
 * Return: from malloc(); NULL with @ret_failure if LD_PRELOAD cannot hold it.
 */
char *preload_named(const char *library, struct failure *ret_failure);

/** preload_value() - LD_PRELOAD with @library in front of what this process has in it. Free it. */
char *preload_value(const char *library);

#endif
