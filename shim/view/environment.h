/* The environment that a program gets which is started from a server: pure, without allocation. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_VIEW_ENVIRONMENT_H
#define SHIM_VIEW_ENVIRONMENT_H

#include "view/path.h"

#include <stdbool.h>

/** enum environment_purpose - for whom the environment is. */
enum environment_purpose {
        /** A helper outside: nothing of the shim, for a logger must not die of its settings. */
        ENVIRONMENT_HELPER,
        /** The server's own program again: what the shim was started with is put back. */
        ENVIRONMENT_SERVER,
        /** A program of a server that is not armed yet: unchanged, but marked as its helper. */
        ENVIRONMENT_MARKED,
        /** A program inside the jail: nothing of the shim. */
        ENVIRONMENT_JAILED,
        /** The process itself: unchanged. */
        ENVIRONMENT_OWN,
        /** A program inside a jail that has the shim: it begins as jailed, and translates. */
        ENVIRONMENT_INSIDE,
};

/** struct environment_edit - what to make of an environment. */
struct environment_edit {
        enum environment_purpose purpose;
        /** The path of the shim, for LD_PRELOAD. */
        const char *library;
        /** An entry "NAME=value" for where no entry of that name is; or NULL. */
        const char *unless_set;
        /** For ENVIRONMENT_SERVER and _INSIDE: the CHROOTSHIM_ variables that it gets, then NULL.
         */
        char *const *settings;
        /** For ENVIRONMENT_SERVER: it is the server's next version, and is told so. */
        bool next_version;
        /**
         * The jail's outside spellings, if the usual variables with paths are to get the inside
         * view; NULL if they stay as they are, for the program translates, or is outside.
         */
        const struct path_prefixes *prefixes;
};

/** environment_size() - bytes of memory that environment_make() needs for @from (may be NULL). */
size_t environment_size(const struct environment_edit *edit, char *const *from);

/**
 * environment_make() - make the edited copy of @from.
 * @memory: environment_size() bytes, aligned for a pointer.
 *
 * Unchanged entries are shared with @from. Async-signal-safe. Return: @memory, as environ(7).
 */
char **environment_make(const struct environment_edit *edit, char *const *from, void *memory);

/** environment_names_library() - is @library one of the entries of this LD_PRELOAD value? */
bool environment_names_library(const char *value, const char *library);

#endif
