/* The open file descriptors of this process: a walk over them, and a place out of the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/descriptors.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* As many as one poll() is asked about: a hook may be on a small stack. */
#define POLLED 256
/* For so many descriptors a process has places at least (fs/file.c of Linux). */
#define PLACES 64

/*
 * One poll() that asks for nothing tells all that are open; reading /proc takes ten times as long.
 * Where it is refused, each counts as open. Return: of how many that is told.
 */
static int mark_open(struct pollfd *fds, int first, int count)
{
        for (int i = 0; i < count; i++)
                fds[i] = (struct pollfd){.fd = first + i};
        /* EINVAL: more than the limit of open files (RLIMIT_NOFILE). */
        while (kernel_poll(fds, (unsigned)count) == -EINVAL && count > 1)
                count /= 2;
        return count;
}

/*
 * Is it known that none is open above @closed, which is not? The kernel ignores what is beyond the
 * highest that it has a place for (select(2), BUGS). It has 64 at least, and no more than the
 * double of what has been needed: so most programs are told by two calls. Where this one is
 * refused, or a kernel does as POSIX says (EBADF), it is not known.
 */
static bool none_above(int closed)
{
        enum { BITS = 8 * sizeof(long) };
        unsigned long set[DESCRIPTORS_TRIED / BITS + 1] = {0};

        set[closed / BITS] = 1UL << closed % BITS;
        return kernel_select(closed + 1, set) == 0;
}

static long soft_limit(void)
{
        struct rlimit64 limit = {0};

        return kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0) < 0
                       ? DESCRIPTORS_TRIED
                       : (long)limit.rlim_cur;
}

int descriptor_number(const char *name)
{
        int number = 0;

        for (; *name; name++) {
                if (*name < '0' || *name > '9')
                        return -1;
                number = number * 10 + (*name - '0');
        }
        return number;
}

/* @list: is of no interest itself. */
struct search {
        int list, first;
        bool (*holds)(int fd);
};

/* Ends the walk by an error that is none. */
static int visit(void *context, const char *name)
{
        const struct search *search = context;
        int fd = descriptor_number(name);

        return fd >= search->first && fd != search->list && search->holds(fd) ? -ECANCELED : 0;
}

/*
 * Among those from @first on. /proc/self has those of the first thread, which may have ended, and
 * has none then; or another thread has taken a table of its own (CLONE_FILES of unshare(2)).
 *
 * Return: 1, 0, or a negative error number where /proc tells nothing.
 */
static int any_listed(int first, bool (*holds)(int fd))
{
        CLOSED_AT_END int list =
                kernel_open("/proc/thread-self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        struct search search = {list, first, holds};
        int error = list < 0 ? list : kernel_each_entry(list, visit, &search);

        return error == -ECANCELED ? 1 : error;
}

/*
 * Not by poll(2), which takes away what another process waits for: that mountinfo has changed is
 * told only once to all who share a descriptor.
 */
bool descriptors_any(bool (*holds)(int fd))
{
        int found = any_listed(0, holds);

        for (int fd = 0; found < 0 && fd < DESCRIPTORS_TRIED; fd++)
                if (kernel_fcntl(fd, F_GETFD, 0) != -EBADF && holds(fd))
                        return true;
        return found > 0;
}

bool descriptors_any_of_one_thread(bool (*holds)(int fd))
{
        struct pollfd fds[POLLED];
        int count;

        for (int first = 0; first < DESCRIPTORS_TRIED; first += count) {
                int last = first > 0 ? (first | (POLLED - 1)) + 1 : PLACES;
                int wanted = last - first + 1;

                /* A low limit makes the steps shorter, so one may begin at any number. */
                count = mark_open(fds, first, wanted < POLLED ? wanted : POLLED);
                for (int i = 0; i < count; i++)
                        if (!(fds[i].revents & POLLNVAL) && holds(first + i))
                                return true;
                if ((fds[count - 1].revents & POLLNVAL) && none_above(first + count - 1))
                        return false;
        }
        /* There are few above, and the limit may be a million: so they are listed. */
        return soft_limit() > DESCRIPTORS_TRIED && any_listed(DESCRIPTORS_TRIED, holds) > 0;
}

long descriptors_limit(void)
{
        struct rlimit64 limit = {0};

        if (kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0) < 0)
                return DESCRIPTORS_TRIED;
        /* The limit may have been lowered since, though not below what servers start with. */
        return limit.rlim_max > DESCRIPTORS_TRIED && limit.rlim_max < 1 << 20 ? (long)limit.rlim_max
                                                                              : 1 << 20;
}

/* From @first to @last, or to the highest there can be if that is below 0. */
static void close_from(int first, int last)
{
        long limit = descriptors_limit(), result;

        result = kernel_call(SYS_close_range, first, last < 0 ? ~0U : (unsigned)last, 0, 0, 0);
        for (long fd = first; result < 0 && fd < limit && (last < 0 || fd <= last); fd++)
                kernel_close((int)fd);
}

static void sort(int *numbers, size_t count)
{
        for (size_t i = 1; i < count; i++)
                for (size_t k = i; k > 0 && numbers[k - 1] > numbers[k]; k--) {
                        int other = numbers[k];

                        numbers[k] = numbers[k - 1];
                        numbers[k - 1] = other;
                }
}

void descriptors_close(int *kept, size_t count)
{
        int first = 0;

        sort(kept, count);
        for (size_t i = 0; i < count; i++) {
                if (kept[i] > first)
                        close_from(first, kept[i] - 1);
                if (kept[i] >= first)
                        first = kept[i] + 1;
        }
        close_from(first, -1);
}

int descriptor_raise(int fd)
{
        int high = kernel_fcntl(fd, F_DUPFD_CLOEXEC, RAISED_LOWEST);

        if (high < 0)
                return fd;
        kernel_close(fd);
        return high;
}
