/* Finds the line to write for a path that workers need and would not have, or could not use. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_WANTED_CURE_H
#define SHIM_COMMAND_WANTED_CURE_H

#include "command/check/inside.h"

/** wanted_needs_namespace() - is @path, which is outside, nothing that a copy could be? */
bool wanted_needs_namespace(struct check *check, const char *path, unsigned use);

/** wanted_cure_absent() - bring @path, which is outside; where it needs a namespace, the line is
 * for one. @use: of enum check_use. */
void wanted_cure_absent(struct check *check, const char *path, unsigned use, struct cure *ret_cure);

/** wanted_cure_link() - let the link inside->link lead to what it leads to outside. */
void wanted_cure_link(struct check *check, const struct inside *inside, struct cure *ret_cure);

/** wanted_cure_refused() - let the worker use what is there. @mask: of R_OK, W_OK and X_OK. */
void wanted_cure_refused(const struct check *check, const struct inside *inside, const char *path,
        int mask, struct cure *ret_cure);

#endif
