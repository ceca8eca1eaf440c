/* The open file descriptors of this process: a walk over them, and a place out of the way. */
#include "system/descriptors.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* As many as one poll() is asked about: a hook may be on a small stack. */
#define POLLED 256

/* One poll() that asks for nothing tells all that are open; reading /proc takes ten times as long.
 */
static int mark_open(struct pollfd *fds, int first, int count)
{
        int result;

        for (int i = 0; i < count; i++)
                fds[i] = (struct pollfd){.fd = first + i};
        /* EINVAL: more than the limit of open files (RLIMIT_NOFILE). */
        while ((result = kernel_poll(fds, (unsigned)count)) == -EINVAL && count > 1)
                count /= 2;
        return result < 0 ? 0 : count;
}

bool descriptors_any(bool (*holds)(int fd))
{
        struct pollfd fds[POLLED];

        for (int first = 0, count = 1; count > 0 && first < DESCRIPTORS_TRIED; first += count) {
                count = mark_open(fds, first, POLLED);
                for (int i = 0; i < count; i++)
                        if (!(fds[i].revents & POLLNVAL) && holds(first + i))
                                return true;
        }
        return false;
}

long descriptors_limit(void)
{
        struct rlimit limit = {0};

        if (kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0) < 0)
                return DESCRIPTORS_TRIED;
        /* The limit may have been lowered since, though not below what servers start with. */
        return limit.rlim_max > DESCRIPTORS_TRIED && limit.rlim_max < 1 << 20 ? (long)limit.rlim_max
                                                                              : 1 << 20;
}

int descriptor_raise(int fd)
{
        int high = kernel_fcntl(fd, F_DUPFD_CLOEXEC, RAISED_LOWEST);

        if (high < 0)
                return fd;
        kernel_close(fd);
        return high;
}
