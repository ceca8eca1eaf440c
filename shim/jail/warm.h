/* Loads, while the host's files are in reach, what a worker would load by itself in the jail. */
#ifndef SHIM_JAIL_WARM_H
#define SHIM_JAIL_WARM_H

#include "core/settings.h"

/**
 * warm_libraries() - load libgcc_s.so.1 and the configured libraries, for good.
 *
 * glibc's pthread_exit() and pthread_cancel() load libgcc_s.so.1 at their first use and abort the
 * process if it is not to be had; that is every worker of httpd's event MPM in an empty jail.
 * A host without it is let alone. In the master before it forks; allocates.
 *
 * Return: 0, or -EINVAL with @ret_complaint where a configured library cannot be loaded.
 */
int warm_libraries(const struct setting_list *libraries, struct complaint *ret_complaint);

#endif
