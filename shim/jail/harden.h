/* What a worker loses at the moment of its entry, besides the way out. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_HARDEN_H
#define SHIM_JAIL_HARDEN_H

#include "jail/enter.h"
#include "jail/inherited.h"
#include "settings/settings.h"

/**
 * harden() - in the jail, before the worker goes on; for good.
 * @inherited: from inherited_look().
 * @root:      from jail_enter().
 * @tracer:    from trace_connect().
 *
 * In this order: descriptors that may lead out are replaced (jail/inherited.h); it has a session
 * keyring of its own (session-keyring(7)); under `no_new_privs`, no program that it starts gains
 * anything by a set-id bit (prctl(2), PR_SET_NO_NEW_PRIVS); under `landlock`, the second wall
 * stands (jail/landlock.h); its calls are reported, if it is traced (jail/trace.h); capabilities
 * that break a jail are gone (system/capabilities.h), in a user namespace all of them.
 * Async-signal-safe.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int harden(const struct settings *settings, const struct jail *jail,
        const struct inherited *inherited, int root, int tracer, struct failure *ret_failure);

/**
 * harden_lacks_wall() - will workers be without Landlock, though landlock = "auto"?
 * @ret_by_settings: it is the settings that are the reason.
 *
 * Return: the reason, static; NULL if it is there, or is not to be.
 */
const char *harden_lacks_wall(const struct settings *settings, bool *ret_by_settings);

#endif
