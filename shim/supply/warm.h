/* Loads, while the host's files are in reach, what a worker would load by itself in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_WARM_H
#define SHIM_SUPPLY_WARM_H

#include "settings/settings.h"

/** WARM_TIME_ZONE - what a worker's environment needs where TZ is unset: what libc has read then.
 */
#define WARM_TIME_ZONE "TZ=:/etc/localtime"

/**
 * warm_up() - do all of it, once, in the master before it forks; allocates.
 *
 * - libgcc_s.so.1: glibc's pthread_exit() and pthread_cancel() load it at their first use and
 *   abort the process if it is not to be had; that is every worker of httpd's event MPM in an
 *   empty jail. A host without it is let alone. And the configured libraries.
 * - The NSS modules that nsswitch.conf(5) names for passwd, group and hosts, and the resolver's.
 * - The time zone: tzset(3). It holds in the jail where TZ does not change any more; see
 *   WARM_TIME_ZONE.
 * - The environment's locale, and iconv(3) from and to the configured charsets.
 * - The connection to the syslog daemon, for the service syslog, as the server last asked for.
 *
 * Return: 0, or -EINVAL with @ret_failure where something configured cannot be loaded.
 */
int warm_up(const struct settings *settings, struct failure *ret_failure);

/** warm_note_syslog() - the server has called openlog() with these. @identity is its to keep. */
void warm_note_syslog(const char *identity, int options, int facility);

#endif
