/* A stack of its own for what needs more room than a thread of the server may have. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_STACK_H
#define SHIM_SYSTEM_STACK_H

/**
 * stack_run() - call @function with @argument, on a stack of its own in the same thread.
 *
 * A hook is called on the stack of whatever thread the server has, which may be PTHREAD_STACK_MIN;
 * what loads libraries, copies trees or looks at each component of a path does not fit there.
 * The memory is taken from the kernel and given back, so it may be used after a fork. Where there
 * is none, and in a build with a sanitizer, @function runs on the stack of the caller. errno is
 * what @function left.
 */
void stack_run(void (*function)(void *argument), void *argument);

#endif
