/* The real functions behind the hooks, and the form in which a hook is written. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_LIBC_REAL_H
#define SHIM_LIBC_REAL_H

#include <stdbool.h>
#include <stddef.h>

/** The index of each hooked symbol: SYMBOL_open, … */
enum symbol {
#define HOOK(file, symbol) SYMBOL_##symbol,
#include "libc/symbols.h"
#undef HOOK
        SYMBOL_COUNT
};

/** Any function: it is cast to its own type before it is called. */
typedef void real_function_type(void);

/** real_functions - what the symbols are bound to; NULL until the first use. */
extern real_function_type *real_functions[SYMBOL_COUNT] __attribute__((visibility("hidden")));

/**
 * real_bind() - bind a symbol to the definition that comes after the shim's; keeps errno.
 *
 * A symbol that this libc does not have is bound to a function that fails with ENOSYS.
 *
 * Return: what it was bound to.
 */
real_function_type *real_bind(enum symbol symbol);

/**
 * real_bind_all() - bind what is not bound yet, in a server before it forks: afterwards the
 * loader's locks and its allocations are not to be relied on. Elsewhere it would only cost time.
 */
void real_bind_all(void);

/** real_function() - the real function, bound at its first use. */
static inline real_function_type *real_function(enum symbol symbol)
{
        /* Threads may bind the same symbol at once: each writes the same address. */
        real_function_type *function = __atomic_load_n(&real_functions[symbol], __ATOMIC_RELAXED);

        return __builtin_expect(function != NULL, 1) ? function : real_bind(symbol);
}

/** real_exists() - does this libc have it? For what HOOK_NEWER names. */
bool real_exists(enum symbol symbol);

/**
 * INTERPOSE() - begin the definition of the hook of a libc function.
 *
 * The hook is an ordinary function with a C name of its own and the public name as its assembler
 * label, so that neither large-file nor FORTIFY redirection of the headers reaches it.
 */
#define INTERPOSE(type, name, parameters)                                                          \
        typedef type hooked_##name parameters;                                                     \
        __attribute__((visibility("default"))) hooked_##name hook_##name __asm__(#name);           \
        type hook_##name parameters

/**
 * INTERPOSE_UNUSUAL() - INTERPOSE(), of which the body is called only in unusual cases.
 *
 * @is_usual:  true if there is nothing more to do than to call the real function; it may change
 *             the parameters for it, else leaves them as they are. Only after real_bind_all().
 * @arguments: the parameters' names.
 *
 * The body is a function of its own, so that in the usual case no register is saved, and the real
 * function is jumped to.
 */
#define INTERPOSE_UNUSUAL(type, name, parameters, is_usual, arguments)                             \
        typedef type hooked_##name parameters;                                                     \
        __attribute__((visibility("default"))) hooked_##name hook_##name __asm__(#name);           \
        static __attribute__((noinline)) hooked_##name unusual_##name;                             \
        type hook_##name parameters                                                                \
        {                                                                                          \
                return is_usual ? ((hooked_##name *)real_functions[SYMBOL_##name])arguments        \
                                : unusual_##name arguments;                                        \
        }                                                                                          \
        static type unusual_##name parameters

/**
 * HOOKS_TIME64 - are there the symbols of HOOK_TIME64 (libc/symbols.h)?
 *
 * Their hooks only hand on what they get of a time, and may name it by the type of the others.
 */
#define HOOKS_TIME64 (__SIZEOF_LONG__ == 4)

/** real() - the real function of this name, with its own type; for use in hooks. */
#define real(name) ((hooked_##name *)real_function(SYMBOL_##name))

#endif
