/* Probes of the functions that remove a name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <unistd.h>

static void probe_unlink(const struct target *at)
{
        answer("unlink", unlink(at->path));
}

static void probe_unlinkat(const struct target *at)
{
        answer("unlinkat", unlinkat(at->dirfd, at->path, 0));
        answer("directory", unlinkat(at->dirfd, at->path, AT_REMOVEDIR));
}

static void probe_remove(const struct target *at)
{
        answer("remove", remove(at->path));
}

static const struct probe probes[] = {
        {"unlink", probe_unlink},
        {"unlinkat", probe_unlinkat},
        {"remove", probe_remove},
        {0},
};

const struct family family_removal = {{common_places}, probes};
