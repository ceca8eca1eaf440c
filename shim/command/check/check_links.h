/* Looks for links in a directory that is served which lead to what the jail has not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_LINKS_H
#define SHIM_COMMAND_CHECK_LINKS_H

#include "command/check/check.h"

/**
 * check_links() - is what the links in @path lead to there inside as well?
 *
 * Packages of applications put links to their configuration and their data into what is served.
 * Where @path is the jail's own, the walk through the jail (check_jail()) finds them.
 */
void check_links(struct check *check, const char *path);

#endif
