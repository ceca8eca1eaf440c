/* Descriptors that a worker inherited and that lead out of the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/inherited.h"

#include "jail/enter.h"
#include "jail/harmless.h"
#include "system/descriptors.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* How many are open; 0 where /proc does not tell (before Linux 6.2). */
static unsigned long count_open(void)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, "/proc/self/fd", 0, &facts) < 0 ? 0 : facts.size;
}

/*
 * @jail:    the descriptor of the jail, which the entry itself closes; or -1.
 * @met:     one that was judged before all others; or -1.
 * @left:    so many others are open that were not met yet.
 * @refused: a filter keeps it from being told which.
 */
struct search {
        struct inherited *inherited;
        int jail, met;
        unsigned long left;
        bool refused;
};

/* Return: it is open. */
static bool judge(struct search *search, int fd)
{
        int flags = kernel_fcntl(fd, F_GETFL, 0);

        if (flags < 0) {
                search->refused = search->refused || flags != -EBADF;
                return false;
        }
        if (fd == search->jail || fd == search->met)
                return true;
        if (!is_harmless_of(flags, fd, PROC_IN_REACH, NULL))
                search->inherited->harmful[fd / 64] |= 1ULL << (fd % 64);
        search->left--;
        return true;
}

/* Those from @first on, up to one that is not open. Return: that. */
static int judge_run(struct search *search, int first)
{
        while (search->left > 0 && first < INHERITED_TRIED && judge(search, first))
                first++;
        return first;
}

/* Whose number is known: where much is exposed, it lies far above the others of the shim. */
static void judge_known(struct search *search, int fd)
{
        if (fd >= 0 && fd < INHERITED_TRIED && fd != search->jail && judge(search, fd))
                search->met = fd;
}

static void judge_rest(struct search *search, int first, int end)
{
        for (; search->left > 0 && first < end; first++)
                judge(search, first);
}

/*
 * To list /proc makes an entry there for each, which takes longer than all the rest of an entry. So
 * /proc is only asked how many there are, and numbers are tried until as many are found: first the
 * lowest, which servers use, and those that the shim uses itself.
 *
 * poll(2) would tell of many at once, but takes away what a master waits for: that mountinfo has
 * changed is told only once to all who share a descriptor.
 *
 * Return: all were found.
 */
static bool judge_numbers(struct inherited *inherited, const struct jail *jail)
{
        int held = jail_holds(jail) ? jail->fd : -1, low, high;
        unsigned long count = count_open();
        struct search search = {inherited, held, -1, count - (held >= 0), false};

        if (count == 0 || count > INHERITED_TRIED)
                return false;
        judge_known(&search, jail->namespace);
        low = judge_run(&search, 0);
        high = judge_run(&search, low < RAISED_LOWEST ? RAISED_LOWEST : low);
        judge_rest(&search, low, RAISED_LOWEST);
        judge_rest(&search, high, INHERITED_TRIED);
        return search.left == 0 && !search.refused;
}

void inherited_look(struct inherited *ret_inherited, const struct jail *jail)
{
        *ret_inherited = (struct inherited){.list = -1};
        ret_inherited->tried = judge_numbers(ret_inherited, jail);
        if (!ret_inherited->tried)
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

        /* The entry has closed it since; or a filter says so, and it is open for all that. */
        if (flags == -EBADF) {
                kernel_close(fd);
                return 0;
        }
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

static int replace_tried(const struct inherited *inherited, int root)
{
        int error = 0;

        for (int word = 0; error >= 0 && word < INHERITED_TRIED / 64; word++) {
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

        if (inherited->tried)
                return replace_tried(inherited, root);
        error = walk.list < 0 ? replace_numbers(root) : kernel_each_entry(walk.list, visit, &walk);
        if (walk.list >= 0)
                kernel_close(walk.list);
        return error < 0 ? error : 0;
}
