/*
 * Preloaded beside the shim: once the file $SABOTAGE_WHEN exists, each forked child loses
 * $SABOTAGE: its "capability" to change the root, or the "descriptors" above all of a server's; or
 * each of the "handles" among these becomes one of the real root directory.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOWEST_FD 100
#define HIGHEST_FD 1023

static void lose_capability(void)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

        syscall(SYS_capget, &header, data);
        data[0].effective &= ~(1U << CAP_SYS_CHROOT);
        data[0].permitted &= ~(1U << CAP_SYS_CHROOT);
        syscall(SYS_capset, &header, data);
}

/* As a server does that closes all that it does not know, and opens as many of its own. */
static void replace_handles(void)
{
        int root = (int)syscall(SYS_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY);

        for (int fd = LOWEST_FD; fd <= HIGHEST_FD; fd++) {
                long flags = syscall(SYS_fcntl, fd, F_GETFL);

                if (flags >= 0 && (flags & O_PATH))
                        syscall(SYS_dup3, root, fd, 0);
        }
        syscall(SYS_close, root);
}

static void in_child(void)
{
        const char *what = getenv("SABOTAGE"), *when = getenv("SABOTAGE_WHEN");

        /* Past all hooks. */
        if (!what || !when || syscall(SYS_faccessat, AT_FDCWD, when, F_OK) < 0)
                return;
        if (strcmp(what, "capability") == 0)
                lose_capability();
        else if (strcmp(what, "handles") == 0)
                replace_handles();
        else
                syscall(SYS_close_range, LOWEST_FD, ~0U, 0);
}

static void __attribute__((constructor)) prepare(void)
{
        pthread_atfork(NULL, NULL, in_child);
}
