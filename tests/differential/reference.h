/* The plain model of translation that the shim is compared with; shares no code with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <limits.h>
#include <stdbool.h>

/** Longer than PATH_MAX: an outside path may be, where its inside view is not. */
#define REFERENCE_SIZE (2 * PATH_MAX)

enum reference_place { PLACE_ELSEWHERE, PLACE_ANCESTOR, PLACE_BELOW };

/**
 * struct reference - what a path means.
 * @inside: the path to give to the kernel in the jail.
 * @tidy:   for PLACE_ANCESTOR, the ancestor's own path.
 * @linked: it is the spelling of the jail that is a link outside, and its end does not follow it.
 */
struct reference {
        enum reference_place place;
        char inside[REFERENCE_SIZE];
        char tidy[PATH_MAX];
        bool linked;
};

/** reference_translate() - by hand, as an administrator would read it. */
void reference_translate(struct reference *ret_reference, const char *path);

/** reference_outside() - put the jail's path in front of @path, if that fits PATH_MAX bytes. */
void reference_outside(char *path);

#endif
