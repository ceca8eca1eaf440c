/* What `chrootshim init` shows of what it has written, and of what is to be done next. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_SHOW_H
#define SHIM_COMMAND_INIT_SHOW_H

#include "command/init/init_layout.h"

/** init_show_text() - what the file at @path says, or is to say, without its comments. */
void init_show_text(const char *path, const char *text);

/** init_show_file() - what it says now. */
void init_show_file(const char *path);

/**
 * init_show_next() - the commands that come next.
 * @name: of the server, as it was asked for.
 * @jail: as configured: where each user has one, how it is made is told as well.
 */
void init_show_next(const struct init_server *server, const char *name, const char *jail);

#endif
