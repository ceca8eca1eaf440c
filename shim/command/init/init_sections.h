/* The file of settings of another server, into which `chrootshim init` puts a section for this one.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_SECTIONS_H
#define SHIM_COMMAND_INIT_SECTIONS_H

#include "command/init/init_layout.h"

/**
 * init_sections() - what the file of settings is to have, with this server in it.
 * @path:     of the file.
 * @text:     the settings of this server, as they would stand in a file of their own.
 * @jail:     its jail.
 * @ret_text: from malloc(); NULL where the file is to have @text: it is not there, or it is of this
 *            server alone.
 *
 * A file of another server becomes the first section; its text stays, with its comments. The server
 * is known by `programs`, or by its pidfile. A file that has a section for the server stays as it
 * is.
 *
 * Return: 0; a negative error number with @ret_failure, where somebody has to decide.
 */
int init_sections(const struct init_server *server, const char *path, const char *text,
        const char *jail, char **ret_text, struct failure *ret_failure);

#endif
