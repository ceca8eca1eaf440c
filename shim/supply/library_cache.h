/* Reads the loader's cache of libraries (ldconfig(8)): the paths that have a name. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_LIBRARY_CACHE_H
#define SHIM_SUPPLY_LIBRARY_CACHE_H

#include <stdbool.h>
#include <stddef.h>

/** LIBRARY_CACHE - where it is. */
#define LIBRARY_CACHE "/etc/ld.so.cache"

/** struct library_cache - the file in memory; begin with all zero, which is an empty one. */
struct library_cache {
        char *text;
        size_t size;
};

/**
 * library_cache_read() - read the file at @path. Allocates.
 *
 * Return: 0, then library_cache_release() it; -ENOEXEC if it is of another format than glibc writes
 * since 2.2 (its loader passes that over, too), or too large; another negative error number.
 */
int library_cache_read(const char *path, struct library_cache *ret_cache);

/** library_cache_release() - free it; it is empty then. */
void library_cache_release(struct library_cache *cache);

/**
 * library_cache_each() - tell the paths of the library @name, the one to be preferred first.
 * @variant: it is for some processors only (glibc-hwcaps, ld.so(8)).
 *
 * What @found returns below 0 ends it. Return: that; 0.
 */
int library_cache_each(const struct library_cache *cache, const char *name,
        int (*found)(void *context, const char *path, bool variant), void *context);

#endif
