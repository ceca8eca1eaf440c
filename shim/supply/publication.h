/* Tells of a jail whose top is served, so that clients can ask for what is exposed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PUBLICATION_H
#define SHIM_SUPPLY_PUBLICATION_H

#include "supply/exposures.h"

/**
 * publication_check() - does the jail itself look like a site, and have something exposed in it?
 *
 * A server whose DocumentRoot is the jail gives away whatever is brought into it: /etc/passwd, a
 * database's configuration. Nothing here knows the server's configuration; so names of files in the
 * jail's top directory, as sites have them, must do.
 *
 * Return: 0; -EINVAL, with @ret_failure, if it looks so: to be told, and no reason to stop.
 */
int publication_check(
        const struct jail *jail, const struct exposures *exposures, struct failure *ret_failure);

#endif
