/* The form in which a hook is written whose last argument a caller may leave out, as of open(). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_HOOKS_OPTIONAL_H
#define SHIM_HOOKS_OPTIONAL_H

#include "libc/real.h"

#include <stdarg.h>

#define PARAMETERS(...) __VA_ARGS__

/**
 * INTERPOSE_OPTIONAL() - INTERPOSE_UNUSUAL(), of a function with an optional last argument.
 *
 * @before:   the parameters before it, of which @last is the last.
 * @optional: its name, as it is among the @arguments.
 *
 * It is taken always: where the caller gave none, what is in its place is handed on, and libc looks
 * at it no more than at the caller's own. So much every calling convention of Linux allows, and
 * nothing is spilled for a va_list.
 *
 * On i386 the place of an argument that a function is declared with is the function's to write to,
 * and compilers do. Where the caller gave none, it is a variable of the caller's: so there it is
 * declared without, and only read.
 */
#ifdef __i386__
#define INTERPOSE_OPTIONAL(result, name, before, last, type, optional, is_usual, arguments)        \
        typedef result hooked_##name(PARAMETERS before, type optional);                            \
        __attribute__((visibility("default")))                                                     \
        result hook_##name(PARAMETERS before, ...) __asm__(#name);                                 \
        static __attribute__((noinline)) hooked_##name unusual_##name;                             \
        result hook_##name(PARAMETERS before, ...)                                                 \
        {                                                                                          \
                va_list list;                                                                      \
                type optional;                                                                     \
                                                                                                   \
                va_start(list, last);                                                              \
                optional = va_arg(list, type);                                                     \
                va_end(list);                                                                      \
                return is_usual ? ((hooked_##name *)real_functions[SYMBOL_##name])arguments        \
                                : unusual_##name arguments;                                        \
        }                                                                                          \
        static result unusual_##name(PARAMETERS before, type optional)
#else
#define INTERPOSE_OPTIONAL(result, name, before, last, type, optional, is_usual, arguments)        \
        INTERPOSE_UNUSUAL(result, name, (PARAMETERS before, type optional), is_usual, arguments)
#endif

#endif
