/* Probes of the functions that set a file's times. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <sys/time.h>
#include <utime.h>

static void probe_utime(const struct target *at)
{
        answer("now", utime(at->path, NULL));
        answer("then", utime(at->path, &(const struct utimbuf){1001, 1002}));
}

static void probe_utimes(const struct target *at)
{
        const struct timeval times[2] = {{1001, 1}, {1002, 2}};

        answer("now", utimes(at->path, NULL));
        answer("then", utimes(at->path, times));
}

static void probe_lutimes(const struct target *at)
{
        const struct timeval times[2] = {{1001, 1}, {1002, 2}};

        answer("now", lutimes(at->path, NULL));
        answer("then", lutimes(at->path, times));
}

static void probe_futimesat(const struct target *at)
{
        const struct timeval times[2] = {{1001, 1}, {1002, 2}};

        answer("now", futimesat(at->dirfd, at->path, NULL));
        answer("then", futimesat(at->dirfd, at->path, times));
}

static void probe_utimensat(const struct target *at)
{
        const struct timespec times[2] = {{1001, 1}, {1002, 2}};
        const struct timespec later[2] = {{1003, 3}, {1004, 4}};

        answer("now", utimensat(at->dirfd, at->path, NULL, 0));
        answer("then", utimensat(at->dirfd, at->path, times, 0));
        answer("no link", utimensat(at->dirfd, at->path, later, AT_SYMLINK_NOFOLLOW));
}

static const struct probe probes[] = {
        {"utime", probe_utime},
        {"utimes", probe_utimes},
        {"lutimes", probe_lutimes},
        {"futimesat", probe_futimesat},
        {"utimensat", probe_utimensat},
        {0},
};

const struct family family_times = {{common_places}, probes};
