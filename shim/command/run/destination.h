/* Follows a command line to the server that it starts: over wrappers, scripts and apachectl. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_DESTINATION_H
#define SHIM_COMMAND_DESTINATION_H

#include "system/failure.h"

/**
 * struct destination - what it leads to.
 *
 * @program: path of the ELF file that is the server: httpd, or the interpreter of a server that is
 *           a script; NULL if the way could not be followed to its end (a shell's own command, or
 *           a wrapper that is unknown).
 * @name:    by which it is executed: argv[0].
 * @script:  the server that is a script, of that interpreter; NULL if it is none.
 */
struct destination {
        char *program;
        char *name;
        char *script;
};

/**
 * destination_find() - follow it.
 * @words: as execvp(3) takes them.
 *
 * Each program on the way must pass the environment on. Nothing of the server is run, but for the
 * part of apachectl that says what httpd is (command/run/shell_script.h).
 *
 * Return: 0; a negative error number with @ret_failure, where a program is not found, or the
 * environment gets lost on the way.
 */
int destination_find(
        char *const *words, struct destination *ret_destination, struct failure *ret_failure);

/** destination_release() - free what it holds. */
void destination_release(struct destination *destination);

#endif
