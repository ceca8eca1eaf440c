/* Brings again what has changed outside since it was brought: new copies, or new mounts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_REFRESH_H
#define SHIM_SUPPLY_REFRESH_H

#include "supply/plan.h"

/** enum look - what is to be done about one exposure. */
enum look {
        LOOK_NOT,
        /** Is what is there now the same as before? */
        LOOK_AGAIN,
        /** The same, and something below it, or in it, has changed as well. */
        LOOK_DEEP,
};

/** refresh_may_be_needed() - is there anything that could change? */
bool refresh_may_be_needed(const struct plan *plan);

/** refresh_may_change() - can it change at all? Not a device, nor what is of the jail's own. */
bool refresh_may_change(const struct exposure *exposure);

/** refresh_follows_content() - does it matter that it has been written to, not only that it has
 * been replaced? */
bool refresh_follows_content(const struct plan *plan, const struct exposure *exposure);

/**
 * refresh_look() - LOOK_AGAIN for each of @ret_looks that seems to have changed, or could not be
 * brought before. One call of statx(2) for each. Return: is there any?
 */
bool refresh_look(const struct plan *plan, unsigned char *ret_looks);

/**
 * refresh() - do that.
 * @looks: an enum look for each exposure.
 *
 * What comes, is gone, or fails is said in the log, a failure once. Allocates nothing; needs a
 * large stack (system/stack.h).
 */
void refresh(struct plan *plan, const unsigned char *looks);

#endif
