/* Makes links in the jail by which its outside path leads to it, for who does not translate. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_SELF_LINK_H
#define SHIM_SUPPLY_SELF_LINK_H

#include "jail/jail.h"
#include "system/failure.h"

/**
 * self_link_make() - see to it that @spelling, one of the jail's outside paths, leads to the jail's
 * top inside as well: JAIL/srv/www1 becomes a link to "..".
 *
 * The kernel follows absolute links, #! lines and the paths of static programs inside, where no
 * hook sees them. The link is relative: for who looks into the jail from outside, a backup or
 * rsync(1), it leads to the jail, and not to the machine's root. A link to "/" that the
 * administrator has made does as well. What else stands there stays, and is a failure; a link that
 * another user than root could put something in the place of is none: it is marked as planted.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int self_link_make(const struct jail *jail, const char *spelling, struct failure *ret_failure);

#endif
