/* Of the services that findings propose, keeps the fewest that bring it all. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_FEWEST_SERVICES_H
#define SHIM_COMMAND_FEWEST_SERVICES_H

#include "command/check/check.h"

/**
 * fewest_services() - where a service that one finding proposes brings what others ask for as well,
 * they propose it, too.
 *
 * Each path alone leads to the service that names it best: a directory of sessions to "php", /tmp
 * to "tmp". Where the pages lead to "wordpress", which brings all of that, it is the only line to
 * write. Notes propose nothing to others, but take what is proposed.
 */
void fewest_services(struct check *check);

#endif
