/* The libraries that a program needs, and those that they need, from the headers of them all. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_LIBRARY_CLOSURE_H
#define SHIM_SUPPLY_LIBRARY_CLOSURE_H

#include "system/elf_file.h"
#include "system/failure.h"

/**
 * library_closure() - tell what the loader would load of @path, besides itself: first @loader, then
 * each library, in the order of ld.so(8).
 * @path:   of a program, or a library.
 * @file:   its headers.
 * @loader: the loader that it has, or, for a library, that its programs have.
 * @found:  called with each, an absolute path without ".."; what it returns below 0 ends the
 * search.
 *
 * A library that another user could change is refused, as it would name what is brought. Neither
 * the program nor the loader is run. They may be of another machine than this process's.
 * Names are looked for as the loader does where no variable tells it otherwise (LD_LIBRARY_PATH),
 * and the program is at @path: that is what $ORIGIN means.
 *
 * Return: 0; what @found returned; -EINVAL or -ENOMEM, with @ret_failure.
 */
int library_closure(const char *path, const struct elf_file *file, const char *loader,
        int (*found)(void *context, const char *path), void *context, struct failure *ret_failure);

#endif
