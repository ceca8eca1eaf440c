/* Descriptors that a worker inherited and that lead out of the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/inherited.h"

#include "jail/harmless.h"
#include "system/descriptors.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

int inherited_list(void)
{
        return kernel_open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
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
        struct rlimit limit, highest;
        int error = (int)kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0);

        if (error < 0)
                return error;
        highest = (struct rlimit){limit.rlim_max, limit.rlim_max};
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
                int error = fd == root || is_harmless(fd, -1, NULL) ? 0 : replace(fd, root);

                if (error < 0)
                        return error;
        }
        /* There may be higher ones, of a time when the limit was. Nobody misses them by number. */
        result = kernel_call(SYS_close_range, (unsigned)limit, ~0U, 0, 0, 0);
        return result == -ENOSYS ? 0 : (int)result;
}

int inherited_replace(int list)
{
        struct walk walk = {
                .root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0), .list = list};
        int error;

        if (walk.root < 0)
                return walk.root;
        error = list < 0 ? replace_numbers(walk.root) : kernel_each_entry(list, visit, &walk);
        kernel_close(walk.root);
        if (list >= 0)
                kernel_close(list);
        return error < 0 ? error : 0;
}
