/* The system calls that take a path: what a traced worker reports, and where their paths are. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_TRACED_CALLS_H
#define SHIM_JAIL_TRACED_CALLS_H

#include <stddef.h>
#include <stdint.h>

/** enum traced_kind - what a call does with its path. */
enum traced_kind {
        /** It looks at it. */
        TRACED_LOOK,
        /** It opens it; with O_CREAT among its flags it may make it. */
        TRACED_OPEN,
        /** It makes the file if it is not there. */
        TRACED_CREATE,
        /** It runs it. */
        TRACED_EXECUTE,
        /** It connects to the socket whose address it gets, which may be no path at all. */
        TRACED_CONNECT,
        /** socketcall(2), by which libc connects on some machines: the call that its first argument
         * names, with a list of arguments at its second. Only connect() is reported. */
        TRACED_SOCKET_CALL,
};

/**
 * struct traced_call - one of them; arguments are counted from 0, and -1 says that it has none.
 *
 * @directory: the argument with the descriptor that a relative path begins at.
 * @path:      the argument with the path; of TRACED_CONNECT, with the address.
 * @flags:     of TRACED_OPEN, the argument with its flags.
 */
struct traced_call {
        int number;
        enum traced_kind kind;
        int directory;
        int path;
        int flags;
};

/** traced_calls - those that this machine's kernel interface has. */
extern const struct traced_call traced_calls[];
extern const size_t traced_calls_count;

/** The most that there may be. */
#define TRACED_CALLS_LIMIT 32

/** traced_call_find() - the one with that number; NULL if it is none of them. */
const struct traced_call *traced_call_find(int number);

/**
 * traced_architecture() - AUDIT_ARCH_... of <linux/audit.h> for this program, by whose numbers
 * these calls are made.
 *
 * A number means another call to a program of another architecture.
 */
uint32_t traced_architecture(void);

#endif
