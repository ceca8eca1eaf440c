/* Binds the table of symbols to the real functions, once. */
#include "hooks/real.h"

#include "core/loader.h"

#include <errno.h>
#include <string.h>

real_function_type *real_functions[SYMBOL_COUNT];

static const char *const names[SYMBOL_COUNT] = {
#define HOOK(file, symbol) #symbol,
#include "hooks/symbols.h"
#undef HOOK
};

static long unavailable(void)
{
        errno = ENOSYS;
        return -1;
}

void real_bind(void)
{
        for (unsigned i = 0; i < SYMBOL_COUNT; i++) {
                void *address = loader_next(names[i]);

                if (address)
                        memcpy(&real_functions[i], &address, sizeof(address));
                else
                        real_functions[i] = (real_function_type *)unavailable;
        }
}
