/* Completes the services that are asked for: those of the file of definitions, and what comes
 * along. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_DEFINITIONS_H
#define SHIM_SUPPLY_DEFINITIONS_H

#include "settings/settings.h"

/**
 * definitions_complete() - find what is asked for by name, and append to `services` what it names.
 *
 * The file of definitions is read only for a name that is neither built in nor defined by the
 * configuration file. A name that is nowhere stays, for services_check() to refuse.
 *
 * Return: 0; a negative error number, with @ret_failure.
 */
int definitions_complete(struct settings *settings, struct failure *ret_failure);

#endif
