/* Probes of the functions that change mode, owner or length. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <unistd.h>

static void probe_chmod(const struct target *at)
{
        answer("chmod", chmod(at->path, 0610));
}

static void probe_lchmod(const struct target *at)
{
        answer("lchmod", lchmod(at->path, 0610));
}

static void probe_fchmodat(const struct target *at)
{
        answer("fchmodat", fchmodat(at->dirfd, at->path, 0610, 0));
        answer("no link", fchmodat(at->dirfd, at->path, 0620, AT_SYMLINK_NOFOLLOW));
}

static void probe_chown(const struct target *at)
{
        answer("chown", chown(at->path, 21, 22));
}

static void probe_lchown(const struct target *at)
{
        answer("lchown", lchown(at->path, 21, 22));
}

static void probe_fchownat(const struct target *at)
{
        answer("fchownat", fchownat(at->dirfd, at->path, 21, 22, 0));
        answer("no link", fchownat(at->dirfd, at->path, 23, 24, AT_SYMLINK_NOFOLLOW));
}

static void probe_truncate(const struct target *at)
{
        answer("shorter", truncate(at->path, 3));
}

static void probe_truncate64(const struct target *at)
{
        answer("longer", truncate64(at->path, 5000000000));
        answer("shorter", truncate64(at->path, 5));
}

static const struct probe probes[] = {
        {"chmod", probe_chmod},
        {"lchmod", probe_lchmod},
        {"fchmodat", probe_fchmodat},
        {"chown", probe_chown},
        {"lchown", probe_lchown},
        {"fchownat", probe_fchownat},
        {"truncate", probe_truncate},
        {"truncate64", probe_truncate64},
        {0},
};

const struct family family_attributes = {{common_places}, probes};
