/* Programs that only start another one: where its words begin, and which drop the environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_WRAPPER_H
#define SHIM_COMMAND_WRAPPER_H

#include "system/failure.h"

/** enum wrapper_kind - what is known of a command line. */
enum wrapper_kind {
        /** It is none that only starts another program. */
        WRAPPER_NONE,
        /** It starts a program, of which its words tell the words. */
        WRAPPER_FOLLOWED,
        /** It starts a program, and its words do not tell which. */
        WRAPPER_UNKNOWN,
        /** What it starts would be without the shim. */
        WRAPPER_DROPS,
};

/**
 * wrapper_look() - look at a command line.
 * @words:       its words, the last followed by NULL.
 * @ret_words:   for WRAPPER_FOLLOWED: the words of what it starts; they live as long as @words and
 *               the program.
 * @ret_failure: for WRAPPER_DROPS: why, and what helps.
 *
 * Known are those of coreutils, util-linux, sudo, systemd and Debian's init scripts; it is told by
 * the name alone which one it is.
 */
enum wrapper_kind wrapper_look(
        char *const *words, char *const **ret_words, struct failure *ret_failure);

/** wrapper_split() - the words of a shell's command, if it has nothing that a shell would change.
 * Return: from malloc(), the last followed by NULL; else NULL. */
char **wrapper_split(const char *text);

#endif
