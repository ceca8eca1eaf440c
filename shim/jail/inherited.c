/* Descriptors that a worker inherited and that lead out of the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/inherited.h"

#include "jail/enter.h"
#include "jail/harmless.h"
#include "system/descriptors.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* As many as one poll() is asked about: an entry may be on a small stack. */
#define POLLED 256

/* How many are open; 0 where /proc does not tell (before Linux 6.2). */
static unsigned long count_open(void)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, "/proc/self/fd", 0, &facts) < 0 ? 0 : facts.size;
}

/* Those of O_PATH are none of those that poll() finds. */
static void judge(struct inherited *inherited, int fd)
{
        if (!is_harmless_kind(fd, PROC_IN_REACH, NULL))
                inherited->harmful[fd / 64] |= 1ULL << (fd % 64);
}

/* Look at those among POLLED from @first. Return: how many are open, or a negative error number. */
static int judge_some(struct inherited *inherited, int first, const struct jail *jail)
{
        struct pollfd fds[POLLED];
        int found = 0, error;

        for (int i = 0; i < POLLED; i++)
                fds[i] = (struct pollfd){.fd = first + i};
        error = kernel_poll(fds, POLLED);
        for (int i = 0; error >= 0 && i < POLLED; i++) {
                if (!(fds[i].revents & POLLNVAL)) {
                        judge(inherited, first + i);
                        found++;
                } else if (first + i == jail->fd && jail_holds(jail)) {
                        found++;
                }
        }
        return error < 0 ? error : found;
}

/*
 * To list /proc makes an entry there for each, which takes longer than all the rest of an entry;
 * poll() tells those below a number at once, but for the ones of O_PATH. So /proc is asked how many
 * there are: where poll() has found as many, there is no other. Return: it has.
 */
static bool judge_polled(struct inherited *inherited, const struct jail *jail)
{
        unsigned long count = count_open(), found = 0;

        for (int first = 0; found < count && first < INHERITED_POLLED; first += POLLED) {
                int more = judge_some(inherited, first, jail);

                if (more < 0)
                        return false;
                found += (unsigned long)more;
        }
        return count > 0 && found == count;
}

void inherited_look(struct inherited *ret_inherited, const struct jail *jail)
{
        *ret_inherited = (struct inherited){.list = -1};
        ret_inherited->polled = judge_polled(ret_inherited, jail);
        if (!ret_inherited->polled)
                ret_inherited->list =
                        kernel_open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

static int duplicate(int root, int fd, int flags)
{
        return (int)kernel_call(SYS_dup3, root, fd, flags, 0, 0);
}

/*
 * dup3() to a number above the limit of open files, which was lowered since that one was opened.
 * Above the hard limit as well, where nothing is ever opened again, the number need not stay taken.
 */
static int duplicate_above_limit(int root, int fd, int flags)
{
        struct rlimit64 limit, highest;
        int error = (int)kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0);

        if (error < 0)
                return error;
        highest = (struct rlimit64){limit.rlim_max, limit.rlim_max};
        kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&highest, 0, 0);
        error = duplicate(root, fd, flags);
        kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&limit, 0, 0);
        return error == -EBADF ? kernel_close(fd) : error;
}

/* Put @root in the place of a descriptor. */
static int replace(int fd, int root)
{
        int flags = kernel_fcntl(fd, F_GETFD, 0), error;

        if (flags == -EBADF)
                return 0;
        /* Where a filter keeps this from being told, the program that is run next gets none. */
        flags = flags < 0 || (flags & FD_CLOEXEC) ? O_CLOEXEC : 0;
        error = duplicate(root, fd, flags);
        return error == -EBADF ? duplicate_above_limit(root, fd, flags) : error;
}

struct walk {
        int root;
        int list;
};

static int visit(void *context, const char *name)
{
        const struct walk *walk = context;
        int fd = descriptor_number(name);

        if (fd < 0 || fd == walk->root || fd == walk->list || is_harmless(fd, walk->list, name))
                return 0;
        return replace(fd, walk->root);
}

/* Without /proc: every number that may be open. */
static int replace_numbers(int root)
{
        long limit = descriptors_limit(), result;

        for (int fd = 0; fd < limit; fd++) {
                int error = fd == root || is_harmless(fd, NO_PROC, NULL) ? 0 : replace(fd, root);

                if (error < 0)
                        return error;
        }
        /* There may be higher ones, of a time when the limit was. Nobody misses them by number. */
        result = kernel_call(SYS_close_range, (unsigned)limit, ~0U, 0, 0, 0);
        return result == -ENOSYS ? 0 : (int)result;
}

static int replace_polled(const struct inherited *inherited, int root)
{
        int error = 0;

        for (int word = 0; error >= 0 && word < INHERITED_POLLED / 64; word++) {
                uint64_t left = inherited->harmful[word];

                for (; error >= 0 && left; left &= left - 1) {
                        int fd = word * 64 + __builtin_ctzll(left);

                        error = fd == root ? 0 : replace(fd, root);
                }
        }
        return error < 0 ? error : 0;
}

int inherited_replace(const struct inherited *inherited, int root)
{
        struct walk walk = {.root = root, .list = inherited->list};
        int error;

        if (inherited->polled)
                return replace_polled(inherited, root);
        error = walk.list < 0 ? replace_numbers(root) : kernel_each_entry(walk.list, visit, &walk);
        if (walk.list >= 0)
                kernel_close(walk.list);
        return error < 0 ? error : 0;
}
