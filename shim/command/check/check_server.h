/* Finds out which server is to be looked at, and has it looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_SERVER_H
#define SHIM_COMMAND_CHECK_SERVER_H

#include "command/check/check.h"

/**
 * check_server() - look at a server's configuration.
 * @words: its command line; one that begins with an option is httpd's; if there is none, it is the
 *         server of the settings (programs, pidfile), else the one that is installed.
 */
void check_server(struct check *check, char **words);

#endif
