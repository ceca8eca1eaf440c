/* What a shell script will start, as far as its text tells: apachectl and its like. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SHELL_SCRIPT_H
#define SHIM_COMMAND_SHELL_SCRIPT_H

#include "system/failure.h"

/**
 * shell_script_is_shell() - is this the name of a shell that sh(1) scripts are for?
 * @path: of an interpreter.
 */
bool shell_script_is_shell(const char *path);

/**
 * shell_script_look() - find what a script starts.
 * @shell:       that runs it.
 * @path:        of the script.
 * @words:       the words that follow its name, the last followed by NULL.
 * @ret_program: the path or the name of the program; from malloc(); NULL if the text does not tell.
 *
 * Scripts that set HTTPD (apachectl, apache2ctl: httpd's own, Debian's and RHEL's) are run up to
 * that line, by the shell and without arguments: before it they only set variables, by the file
 * envvars for example. Others are followed where a line executes an absolute path.
 *
 * Return: 0; -EINVAL with @ret_failure if the script hands the start over to systemd, or drops the
 * environment as Debian's init script of Apache does.
 */
int shell_script_look(const char *shell, const char *path, char *const *words, char **ret_program,
        struct failure *ret_failure);

#endif
