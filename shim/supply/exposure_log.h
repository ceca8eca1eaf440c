/* What the log says of the paths that the jail is to have: what comes, is absent, changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_EXPOSURE_LOG_H
#define SHIM_SUPPLY_EXPOSURE_LOG_H

#include "supply/exposures.h"

/** exposures_tell() - as the server starts: each path that comes, and each that is absent. */
void exposures_tell(const struct exposures *exposures);

/** exposure_tell_gone() - it was there. @becomes: what workers have of it from now on. */
void exposure_tell_gone(const struct exposure *exposure, const char *becomes);

/**
 * exposure_tell_again() - it is brought after the start.
 * @was: it was there when it was looked at before; then @how says what has become of it.
 */
void exposure_tell_again(const struct exposure *exposure, bool was, const char *how);

#endif
