/* The file of settings that `chrootshim init` writes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_SETTINGS_H
#define SHIM_COMMAND_INIT_SETTINGS_H

#include "command/init/init_layout.h"

/**
 * init_settings_text() - its text, in the form of libconfig.
 *
 * What the options and the environment say, in the order of the keys; else what fits the server:
 * its pidfile, its services, and isolation = "namespace". Return: from malloc().
 */
char *init_settings_text(const struct init_server *server, const char *services);

#endif
