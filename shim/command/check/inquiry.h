/* Asks a program something: runs it to its end, within a time limit, and keeps what it says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INQUIRY_H
#define SHIM_COMMAND_INQUIRY_H

#include <stdbool.h>
#include <stddef.h>

/** How long a server may take to read its configuration, in seconds. */
#define INQUIRY_SECONDS 30

/** Most bytes that are kept of each output. */
#define INQUIRY_LIMIT ((size_t)16 << 20)

/**
 * struct inquiry - what it has said.
 *
 * @out, @err: its output; never NULL after inquire(). Release with inquiry_release().
 * @status: exit status; 128 and the signal's number if it died of one; -1 if it could not be run.
 * @late: it was ended, for it took too long.
 */
struct inquiry {
        char *out;
        char *err;
        int status;
        bool late;
};

/**
 * inquire() - run words[0] (looked for in PATH) with @words.
 *
 * Without the shim and its variables, with nothing to read, in a process group of its own, which is
 * ended with it.
 *
 * Return: true if it ended by itself with status 0.
 */
bool inquire(char *const *words, struct inquiry *ret_inquiry);

/** inquire_with() - the same, of @program with @option in front of @arguments, which end with NULL.
 */
bool inquire_with(const char *program, const char *option, char *const *arguments,
        struct inquiry *ret_inquiry);

/** inquiry_release() - free what it holds. */
void inquiry_release(struct inquiry *inquiry);

#endif
