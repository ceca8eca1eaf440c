/* Probes of the functions that make devices, FIFOs and empty files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <sys/sysmacros.h>

/* Called by programs that were linked before glibc 2.33. */
int __xmknod(int version, const char *path, mode_t mode, dev_t *device);
int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *device);

#if __SIZEOF_LONG__ == 4
#define MKNOD_VERSION 1
#else
#define MKNOD_VERSION 0
#endif

static void probe_mknod(const struct target *at)
{
        answer("file", mknod(at->path, S_IFREG | 0641, 0));
        answer("device", mknod(in_jail("/dir/device"), S_IFCHR | 0641, makedev(1, 3)));
}

static void probe_mknodat(const struct target *at)
{
        answer("FIFO", mknodat(at->dirfd, at->path, S_IFIFO | 0641, 0));
        answer("device", mknodat(at->dirfd, in_jail("/dir/device"), S_IFCHR | 0641, makedev(1, 3)));
}

static void probe___xmknod(const struct target *at)
{
        answer("FIFO", __xmknod(MKNOD_VERSION, at->path, S_IFIFO | 0641, &(dev_t){0}));
}

static void probe___xmknodat(const struct target *at)
{
        answer("file", __xmknodat(MKNOD_VERSION, at->dirfd, at->path, S_IFREG | 0641, &(dev_t){0}));
}

static void probe_mkfifo(const struct target *at)
{
        answer("mkfifo", mkfifo(at->path, 0641));
}

static void probe_mkfifoat(const struct target *at)
{
        answer("mkfifoat", mkfifoat(at->dirfd, at->path, 0641));
}

static const struct probe probes[] = {
        {"mknod", probe_mknod},
        {"mknodat", probe_mknodat},
        {"__xmknod", probe___xmknod},
        {"__xmknodat", probe___xmknodat},
        {"mkfifo", probe_mkfifo},
        {"mkfifoat", probe_mkfifoat},
        {0},
};

const struct family family_nodes = {{common_places}, probes};
