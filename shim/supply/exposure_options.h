/* Reads an element of `expose`: a path, and the words behind it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_EXPOSURE_OPTIONS_H
#define SHIM_SUPPLY_EXPOSURE_OPTIONS_H

#include "supply/exposure.h"

/**
 * exposure_parse() - take the options off the source, which then is a tidy path.
 *
 * Return: 0, or -EINVAL with @ret_failure.
 */
int exposure_parse(struct exposure *exposure, struct failure *ret_failure);

#endif
