/* Marks a thread that is inside a look-up of an account: what NSS modules do decides nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_LOOKUP_H
#define SHIM_PROCESS_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct lookup - one look-up, on the stack of the hook that makes it.
 *
 * @outer:  the look-up that this one is inside of, or NULL.
 * @cookie: tells the place from what is there when the hook was left by siglongjmp(3).
 */
struct lookup {
        const struct lookup *outer;
        uintptr_t cookie;
};

/** ACCOUNT_LOOKUP - `ACCOUNT_LOOKUP(lookup);`: until the end of the scope, this thread looks up. */
#define ACCOUNT_LOOKUP(name)                                                                       \
        __attribute__((cleanup(lookup_end))) struct lookup name;                                   \
        lookup_begin(&name)

/** lookup_begin() - see ACCOUNT_LOOKUP(). */
void lookup_begin(struct lookup *ret_lookup);

/** lookup_end() - the end of its scope. */
void lookup_end(const struct lookup *lookup);

/** lookup_is_on() - is this thread in one? It is not after a siglongjmp() out of it. */
bool lookup_is_on(void);

/** lookup_forget() - in a child that was forked out of one, it is over. */
void lookup_forget(void);

#endif
