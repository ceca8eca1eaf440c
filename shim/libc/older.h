/* What an older libc has under another name than the table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_LIBC_OLDER_H
#define SHIM_LIBC_OLDER_H

#include "libc/real.h"

/** older_function() - a function that does what @symbol does; NULL where libc has nothing of it. */
real_function_type *older_function(enum symbol symbol);

#endif
