/* The dynamic loader, for the shim's own use: finds and opens libraries past its own hooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_LOADER_H
#define SHIM_SYSTEM_LOADER_H

#include <stdbool.h>

/** loader_next() - the definition of @name that comes after the shim's own; NULL if none. */
void *loader_next(const char *name);

/** loader_open() - dlopen(3), not through a hook. Return: a handle, or NULL: see dlerror(3). */
void *loader_open(const char *name, int flags);

/** loader_open_beside_libc() - loader_open(), first from the directory that libc was loaded from.
 */
void *loader_open_beside_libc(const char *name, int flags);

/** loader_symbol() - dlsym(3) in the library of @handle. */
void *loader_symbol(void *handle, const char *name);

/** loader_close() - dlclose(3). */
void loader_close(void *handle);

/** loader_real_path() - realpath(3) past the shim's own hook. Return: from malloc(); NULL: errno.
 */
char *loader_real_path(const char *path);

/** loader_is_behind() - is @address in another file of the shim's name? */
bool loader_is_behind(const void *address);

/**
 * loader_front() - the other file of the shim's name that defines @name in front of the shim.
 *
 * Return: its path; NULL if there is none.
 */
const char *loader_front(const char *name);

/**
 * loader_twin() - the object behind the shim that defines @name, which the shim exports, too.
 *
 * Return: its path; NULL if there is none.
 */
const char *loader_twin(const char *name);

/** loader_own_path() - the name under which the loader knows the shim itself. */
const char *loader_own_path(void);

/** loader_path() - of the loader itself (ld.so(8)), as it knows itself; NULL if there is none. */
const char *loader_path(void);

/** loader_libc_path() - the name under which the loader knows libc.so.6. Return: NULL if unknown.
 */
const char *loader_libc_path(void);

#endif
