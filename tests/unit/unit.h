/* What every unit test includes, in the order that cmocka asks for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/failure.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** said() - the failure as an administrator reads it; valid until the next call. */
static inline const char *said(const struct failure *failure)
{
        static char text[FAILURE_TEXT_SIZE];

        return failure_text(failure, text, sizeof(text));
}

#endif
