/* Tells apart what is found in a jail: devices, the system's files, hooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_JAIL_KINDS_H
#define SHIM_COMMAND_JAIL_KINDS_H

#include "command/check/jail_walk.h"

/** jail_entry_is_harmless() - of a device: is it one that the shim makes as well, or a terminal? */
bool jail_entry_is_harmless(const struct jail_entry *entry);

/** jail_entry_is_system() - is it run, or believed, by all workers, also those that are still root:
 * what is where programs and libraries are, and the files, not the directories, of /etc? */
bool jail_entry_is_system(const struct jail_entry *entry);

/** jail_entry_is_hook() - is it where git and Subversion have what they run? */
bool jail_entry_is_hook(const struct jail_entry *entry);

#endif
