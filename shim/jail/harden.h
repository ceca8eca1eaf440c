/* What a worker loses at the moment of its entry, besides the way out. */
#ifndef SHIM_JAIL_HARDEN_H
#define SHIM_JAIL_HARDEN_H

#include "core/settings.h"
#include "jail/enter.h"

/**
 * harden() - in the jail, before the worker goes on; for good.
 *
 * Under `no_new_privs`, no program that it starts gains anything by a set-id bit (prctl(2),
 * PR_SET_NO_NEW_PRIVS). Async-signal-safe.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int harden(const struct settings *settings, struct entry_failure *ret_failure);

#endif
