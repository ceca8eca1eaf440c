/* The kernel's clocks, and waiting: by times of 64 bits on all machines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/call_numbers.h"
#include "system/kernel.h"

#include <linux/time_types.h>

static struct __kernel_timespec time_of(clockid_t clock)
{
        struct __kernel_timespec time = {0};

        kernel_call(CALL_CLOCK_GETTIME, clock, (long)&time, 0, 0, 0);
        return time;
}

int64_t kernel_milliseconds_of(clockid_t clock)
{
        struct __kernel_timespec time = time_of(clock);

        return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t kernel_milliseconds(void)
{
        return kernel_milliseconds_of(CLOCK_MONOTONIC);
}

int64_t kernel_seconds(clockid_t clock)
{
        return time_of(clock).tv_sec;
}

int kernel_wait(struct pollfd *fds, unsigned count, int64_t nanoseconds)
{
        struct __kernel_timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};

        return (int)kernel_call(CALL_PPOLL, (long)fds, (long)count,
                nanoseconds == WAIT_WITHOUT_END ? 0 : (long)&time, 0, 0);
}

int kernel_poll(struct pollfd *fds, unsigned count)
{
        return kernel_wait(fds, count, 0);
}
