/* Exposed paths with wildcards: each becomes what it matches when the server starts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PATTERNS_H
#define SHIM_SUPPLY_PATTERNS_H

#include "supply/exposures.h"

/** Most paths that one pattern may match, and most components of it with wildcards. */
#define PATTERN_MATCHES_LIMIT 1000
#define PATTERN_DEPTH_LIMIT 8

/** pattern_is() - has @path wildcards: one of * ? [? */
bool pattern_is(const char *path);

/**
 * patterns_expand() - put the paths that are there in the place of each pattern.
 *
 * As in a shell, no wildcard matches a "/", or a dot at the beginning of a name. A pattern stays as
 * it is, and counts as absent, if it matches nothing; so it does if it is the name of a file. Names
 * with a comma are passed over, for options follow one. Allocates; sorts the list again.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int patterns_expand(struct exposures *exposures, const struct jail *jail,
        enum setting_isolation isolation, struct failure *ret_failure);

#endif
