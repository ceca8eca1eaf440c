/* What programs and libraries need: interpreters, and the libraries that a loader finds. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PROGRAM_FILES_H
#define SHIM_SUPPLY_PROGRAM_FILES_H

#include "system/failure.h"

/**
 * program_files() - tell the files that @path needs, besides itself.
 * @found: called with each, an absolute path; what it returns below 0 ends the search.
 *
 * A script needs its interpreter; a dynamic program its loader (PT_INTERP, elf(5)) and what that
 * lists (`--list`, ld.so(8)), with its cache. A shared object (".so" in its name) is taken to the
 * loader of this process. The loader is run as a child, the program is not;
 * neither where another user than root or the caller could change one of them.
 *
 * Return: 0; what @found returned; -EINVAL with @ret_failure.
 */
int program_files(const char *path, int (*found)(void *context, const char *path), void *context,
        struct failure *ret_failure);

#endif
