/* Marks a thread that is inside a look-up of an account: what NSS modules do decides nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/lookup.h"

#include <stddef.h>

#define COOKIE ((uintptr_t)0x6c6f6f6b5f757031)

/* Initial-exec: the loader then has nothing to allocate at the first use in a thread. */
static __thread const struct lookup *innermost __attribute__((tls_model("initial-exec")));

static uintptr_t cookie_of(const struct lookup *lookup)
{
        return (uintptr_t)lookup ^ COOKIE;
}

void lookup_begin(struct lookup *ret_lookup)
{
        *ret_lookup = (struct lookup){.outer = innermost, .cookie = cookie_of(ret_lookup)};
        innermost = ret_lookup;
}

void lookup_end(const struct lookup *lookup)
{
        innermost = lookup->outer;
        *(volatile uintptr_t *)(uintptr_t)&lookup->cookie = 0;
}

bool lookup_is_on(void)
{
        char here;

        if (!innermost)
                return false;
        /* A frame that was left by a jump lies below this one, or has been overwritten. */
        if ((uintptr_t)&here < (uintptr_t)innermost && innermost->cookie == cookie_of(innermost))
                return true;
        innermost = NULL;
        return false;
}

void lookup_forget(void)
{
        innermost = NULL;
}
