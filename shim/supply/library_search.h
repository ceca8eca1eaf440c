/* Looks for a library where the loader would: in lists of directories, its cache, the system's. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_LIBRARY_SEARCH_H
#define SHIM_SUPPLY_LIBRARY_SEARCH_H

#include "supply/library_cache.h"

/*
 * As ld.so(8) does, but for the processor: of a library that has variants for some (the directories
 * glibc-hwcaps/NAME), all are told, so that the jail's loader can choose as it does outside, on
 * whichever processor it wakes up.
 */

/** LIBRARY_DEFAULTS - most directories in which a loader looks last. */
#define LIBRARY_DEFAULTS 4

/**
 * struct library_search - what a loader knows.
 *
 * @default_directory: of the system; allocated, NULL behind the last.
 * @library:           what $LIB stands for; refers to one of them.
 */
struct library_search {
        struct library_cache cache;
        char *default_directory[LIBRARY_DEFAULTS];
        const char *library;
};

/**
 * struct library_trial - what is to be done with each place that the library could be at.
 *
 * @try: is it there, and fits? Return: 1, then it is none of the later places; 0; a negative error
 *       number ends the search.
 */
struct library_trial {
        int (*try)(void *context, const char *path);
        void *context;
};

/**
 * library_search_begin() - for programs of this @loader. Allocates.
 *
 * The system's directories are those that glibc was built with, of which one has the loader itself.
 *
 * Return: 0, then library_search_end() it; -ENOMEM.
 */
int library_search_begin(struct library_search *search, const char *loader);
void library_search_end(struct library_search *search);

/**
 * library_search_list() - look in a list of directories as of DT_RUNPATH.
 * @origin: what $ORIGIN stands for. Directories that are not absolute then are passed over.
 *
 * Return: 1 if it was found, 0; a negative error number.
 */
int library_search_list(const struct library_search *search, const char *list, const char *origin,
        const char *name, const struct library_trial *trial);

/** library_search_system() - look in the cache, then in the system's directories; in neither for
 * what is in those, if @no_defaults. Return: as library_search_list(). */
int library_search_system(const struct library_search *search, bool no_defaults, const char *name,
        const struct library_trial *trial);

/** library_search_expand() - @text with $ORIGIN, $LIB and $PLATFORM replaced. Return: allocated;
 * NULL if there is no memory. */
char *library_search_expand(
        const struct library_search *search, const char *text, size_t length, const char *origin);

#endif
