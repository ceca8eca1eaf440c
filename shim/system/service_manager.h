/* Recognises a command that hands a start over to a service manager, which drops the environment.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_SERVICE_MANAGER_H
#define SHIM_SYSTEM_SERVICE_MANAGER_H

#include <stdbool.h>

/**
 * service_manager_starts() - would this command make systemd start or restart a unit?
 * @path: of the program.
 * @argv: its arguments, then NULL.
 *
 * See systemctl(1). Reloading and asking for a status start nothing. Async-signal-safe.
 */
bool service_manager_starts(const char *path, char *const argv[]);

#endif
