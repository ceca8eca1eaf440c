/* A stack of its own for what needs more room than a thread of the server may have. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/stack.h"

#include "build.h"
#include "system/kernel.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

/* More than a page on every architecture: whoever overruns the stack meets it. */
#define GUARD_SIZE ((size_t)1 << 16)

/* Lies in that memory too, above the stack: a context has 4 KiB and more on some machines. */
struct call {
        ucontext_t here, there;
        void (*function)(void *argument);
        void *argument;
};

/* makecontext() hands on integers only. */
static void begin(unsigned high, unsigned low)
{
        const struct call *call =
                (const struct call *)(uintptr_t)((uint64_t)high << 32 | (uint64_t)low);

        call->function(call->argument);
}

static bool run_on(char *memory, void (*function)(void *argument), void *argument)
{
        struct call *call =
                (struct call *)(uintptr_t)((uintptr_t)(memory + GUARD_SIZE + OWN_STACK_SIZE) &
                                           ~63UL);
        uint64_t address = (uintptr_t)call;

        call->function = function;
        call->argument = argument;
        if (kernel_call(SYS_mprotect, (long)memory, GUARD_SIZE, PROT_NONE, 0, 0) < 0 ||
                getcontext(&call->there) != 0)
                return false;
        call->there.uc_stack.ss_sp = memory + GUARD_SIZE;
        call->there.uc_stack.ss_size = (size_t)((char *)call - memory - GUARD_SIZE);
        call->there.uc_link = &call->here;
        makecontext(&call->there, (void (*)(void))(uintptr_t)begin, 2, (unsigned)(address >> 32),
                (unsigned)address);
        return swapcontext(&call->here, &call->there) == 0;
}

void stack_run(void (*function)(void *argument), void *argument)
{
        const size_t size = GUARD_SIZE + OWN_STACK_SIZE + sizeof(struct call);
        void *memory = MAP_FAILED;

        if (OWN_STACK_SIZE > 0)
                memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (memory == MAP_FAILED || !run_on(memory, function, argument))
                function(argument);
        if (memory != MAP_FAILED)
                kernel_call(SYS_munmap, (long)memory, (long)size, 0, 0, 0);
}
