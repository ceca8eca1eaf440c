/* Binds the table of symbols to the real functions, each once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"

#include "libc/older.h"
#include "system/loader.h"

#include <errno.h>
#include <string.h>

real_function_type *real_functions[SYMBOL_COUNT];

/* One name behind the other, and where each begins: a start would relocate pointers. */
static const struct names {
#define HOOK(file, symbol) char name_##symbol[sizeof(#symbol)];
#include "libc/symbols.h"
#undef HOOK
} names = {
#define HOOK(file, symbol) #symbol,
#include "libc/symbols.h"
#undef HOOK
};

static const unsigned short places[SYMBOL_COUNT] = {
#define HOOK(file, symbol) offsetof(struct names, name_##symbol),
#include "libc/symbols.h"
#undef HOOK
};

static long unavailable(void)
{
        errno = ENOSYS;
        return -1;
}

real_function_type *real_bind(enum symbol symbol)
{
        real_function_type *function;
        int saved = errno;
        void *address = loader_next((const char *)&names + places[symbol]);

        if (address)
                memcpy(&function, &address, sizeof(address));
        else if (!(function = older_function(symbol)))
                function = (real_function_type *)unavailable;
        __atomic_store_n(&real_functions[symbol], function, __ATOMIC_RELAXED);
        errno = saved;
        return function;
}

void real_bind_all(void)
{
        for (unsigned i = 0; i < SYMBOL_COUNT; i++)
                real_function((enum symbol)i);
}

bool real_exists(enum symbol symbol)
{
        return real_function(symbol) != (real_function_type *)unavailable;
}
