/* A layer between the shim and the C library: each system call of the shim's comes by it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LAYER_H
#define LAYER_H

#include <dlfcn.h>
#include <stdarg.h>

#define ARGUMENTS 6

/* The C library's own; not before the first call. */
static long (*next)(long number, ...);

/** layer_call() - what the layer does with a call, in its own file. */
static long layer_call(long number, const long *arguments);

static long call_next(long number, const long *arguments)
{
        return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                arguments[5]);
}

long syscall(long number, ...)
{
        long arguments[ARGUMENTS];
        va_list list;

        va_start(list, number);
        for (int i = 0; i < ARGUMENTS; i++)
                arguments[i] = va_arg(list, long);
        va_end(list);
        if (!next)
                next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
        return layer_call(number, arguments);
}

#endif
