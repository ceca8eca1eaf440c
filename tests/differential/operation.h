/* What a case consists of, and the memory in which it goes to both workers and comes back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPERATION_H
#define OPERATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PATH_SIZE 512
#define OPERATIONS 512
#define REPORT_SIZE (16 << 20)

/** Expanded in a path: to half of PATH_MAX in "./", and to a third of NAME_MAX in letters. */
#define PADDING '&'
#define LONG_NAME '+'

/** The user that a worker turns to and back from. */
#define OTHER_USER 65534

/**
 * struct operation - one call.
 * @call:   the index of the call in the table of calls.
 * @wide:   the call is made by its name for 64-bit offsets.
 * @at:     the *at functions get the directory that is held open, not AT_FDCWD.
 * @number: from it the call takes its flags, modes and sizes.
 * @path:   outside views and others, as an unsuspecting server would give them.
 */
struct operation {
        unsigned call;
        bool wide;
        bool at;
        unsigned number;
        char path[2][PATH_SIZE];
};

/** struct report - what a worker saw: the text of each operation ends where @end says. */
struct report {
        uint32_t end[OPERATIONS + 1];
        char text[REPORT_SIZE];
};

/** enum side - which of the two a worker is. */
enum side { SIDE_KERNEL, SIDE_SHIM };

/** struct exchange - shared by the comparing process and both workers. */
struct exchange {
        unsigned count;
        struct operation operation[OPERATIONS];
        struct report report[2];
};

/** struct layout - where the jail lies. @spelling: its real path, another by a link, an alias. */
struct layout {
        const char *top;
        char spelling[3][128];
        /* So many leading components of each spelling are known not to be links. */
        unsigned real_depth[3];
};

extern struct layout layout;

/** layout_set() - @top is an absolute path of two components. */
void layout_set(const char *top);

#endif
