/* The calls that are compared, and how they say what came of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALLS_H
#define CALLS_H

#include "operation.h"

#include <sys/types.h>

/**
 * struct attempt - an operation as a worker makes it.
 * @side:   SIDE_KERNEL: @path is translated by hand, and what comes out is the inside view.
 * @given:  the paths as a server gives them.
 * @path:   the paths to call with.
 * @dirfd:  for the *at functions.
 */
struct attempt {
        enum side side;
        const char *given[2];
        const char *path[2];
        int dirfd;
        unsigned number;
};

/** struct call - takes @paths paths, to which @suffix is added, if there is one. */
struct call {
        const char *name;
        unsigned paths;
        void (*run)(const struct attempt *at);
        const char *suffix;
};

/**
 * Calls that only look (calls-look.c), and calls that change the tree (calls-change.c); the same at
 * the same place by the names for 64-bit offsets, as open64() for open().
 */
extern const struct call look_calls[], change_calls[], look_calls64[], change_calls64[];
extern const unsigned look_count, change_count, look_count64, change_count64;

/** call_of() - by the index that an operation has. */
const struct call *call_of(const struct operation *operation);

/** call_expand() - @path with PADDING and LONG_NAME written out, in memory of REFERENCE_SIZE. */
void call_expand(char *ret_text, const char *path);

/** call_find() - the index of the call of this name. */
unsigned call_find(const char *name);

/** call_make() - make the call as @side and say what came of it. */
void call_make(const struct operation *operation, enum side side);

/** call_held - the directory that is held open for the *at functions; AT_FDCWD at first. */
extern int call_held;

/* say.c */

/** say_into() - the report to write to, from its beginning. */
void say_into(struct report *report);

/** say_end() - the operation of this index ends here. */
void say_end(unsigned index);

__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/** say_result() - a number, or -1 and the name of errno. */
void say_result(long result);

/** say_path() - a path that came out, in the outside view on both sides. */
void say_path(const struct attempt *at, const char *path);

/** say_sorted() - texts whose order is left to the file system; frees them. */
void say_sorted(char **texts, size_t count);

#endif
