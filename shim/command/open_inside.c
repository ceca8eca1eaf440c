/* Opens what a path is for a process whose root directory is another one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/open_inside.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

/* More than a way needs where somebody renames files without a pause; some milliseconds at most. */
#define TRIES 1000

/*
 * Where a link has "..", the kernel gives up (EAGAIN) if anything was renamed meanwhile, anywhere:
 * on a busy machine most ways through such a link have to be gone again.
 */
int open_inside(int root, const char *path)
{
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
        int fd = -EAGAIN;

        for (int i = 0; fd == -EAGAIN && i < TRIES; i++)
                fd = (int)kernel_call(SYS_openat2, root, (long)path, (long)&how, sizeof(how), 0);
        return fd;
}
