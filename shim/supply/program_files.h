/* What programs and libraries need: interpreters, and the libraries that a loader finds. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PROGRAM_FILES_H
#define SHIM_SUPPLY_PROGRAM_FILES_H

#include "system/failure.h"

/**
 * program_files() - tell the files that @path needs, besides itself.
 * @found: called with each, an absolute path; what it returns below 0 ends the search.
 *
 * A script needs its interpreter, and where that is env(1) what this runs; a dynamic program its
 * loader (PT_INTERP, elf(5)), the libraries that this would load, by their headers
 * (supply/library_closure.h), and its cache. A shared object (".so" in its name) is taken to the
 * loader of this process. Nothing of it is run, and nothing is told of what another user than root
 * or the caller could change: it would name what is brought.
 *
 * Return: 0; what @found returned; -EINVAL with @ret_failure.
 */
int program_files(const char *path, int (*found)(void *context, const char *path), void *context,
        struct failure *ret_failure);

/**
 * library_files() - tell the files that a program of this process's machine needs which loads the
 * library @name ("libnss_files.so.2"): the library itself, too.
 *
 * Return: as program_files(); also -EINVAL if there is no such library.
 */
int library_files(const char *name, int (*found)(void *context, const char *path), void *context,
        struct failure *ret_failure);

#endif
