/* Reads scripts of the administrator's own for the programs that they name. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SCRIPT_WORDS_H
#define SHIM_COMMAND_SCRIPT_WORDS_H

#include <stddef.h>

/** enum script_word - how a script names a program. */
enum script_word {
        /** By its path: "/usr/sbin/sendmail". */
        SCRIPT_PATH,
        /** A script of a shell, by a word where a command stands: "svnlook". */
        SCRIPT_COMMAND,
};

/** Most bytes of a script that are read. */
#define SCRIPT_SIZE ((size_t)256 << 10)

/**
 * script_words() - tell what in a script might be the name of a program.
 * @text:  the script, from its "#!" on.
 * @found: with each, maybe several times; the word is valid during the call.
 *
 * It guesses: comments are left out, builtins and keywords of shells too, and paths are those of
 * the usual directories; whether there is such a program is for the caller to ask.
 */
void script_words(const char *text,
        void (*found)(void *context, enum script_word kind, const char *word), void *context);

#endif
