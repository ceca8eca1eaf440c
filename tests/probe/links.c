/* Probes of the functions that link and rename, with the place as the first and as the second path.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <unistd.h>

static const char new_name[] = "/dir/new";
static const char old_name[] = "/dir/sub/file";

static void probe_link(const struct target *at)
{
        answer("from", link(at->path, in_jail(new_name)));
        answer("to", link(in_jail(old_name), at->path));
}

static void probe_linkat(const struct target *at)
{
        answer("from", linkat(at->dirfd, at->path, AT_FDCWD, in_jail(new_name), 0));
        answer("through a link",
                linkat(at->dirfd, at->path, AT_FDCWD, in_jail("/dir/followed"), AT_SYMLINK_FOLLOW));
        answer("to", linkat(AT_FDCWD, in_jail(old_name), at->dirfd, at->path, 0));
}

/* In a process of its own: what was moved away may have been an ancestor's name. */
static void probe_rename_from(const struct target *at)
{
        answer("from", rename(at->path, in_jail(new_name)));
}

static void probe_rename_to(const struct target *at)
{
        answer("to", rename(in_jail(old_name), at->path));
}

static void probe_renameat_from(const struct target *at)
{
        answer("from", renameat(at->dirfd, at->path, AT_FDCWD, in_jail(new_name)));
}

static void probe_renameat_to(const struct target *at)
{
        answer("to", renameat(AT_FDCWD, in_jail(old_name), at->dirfd, at->path));
}

static void probe_renameat2_from(const struct target *at)
{
        answer("exchange",
                renameat2(at->dirfd, at->path, AT_FDCWD, in_jail("/dir/empty"), RENAME_EXCHANGE));
        answer("from", renameat2(at->dirfd, at->path, AT_FDCWD, in_jail(new_name), 0));
}

static void probe_renameat2_to(const struct target *at)
{
        answer("to", renameat2(AT_FDCWD, in_jail(old_name), at->dirfd, at->path, RENAME_NOREPLACE));
}

/* The text of a link is not a path yet: an outside path is kept as it was given. */
static void probe_symlink(const struct target *at)
{
        answer("symlink", symlink(outside("/dir/file"), at->path));
}

static void probe_symlinkat(const struct target *at)
{
        answer("symlinkat", symlinkat(outside("/dir/file"), at->dirfd, at->path));
}

static const struct probe probes[] = {
        {"link", probe_link},
        {"linkat", probe_linkat},
        {"rename", probe_rename_from},
        {"rename", probe_rename_to},
        {"renameat", probe_renameat_from},
        {"renameat", probe_renameat_to},
        {"renameat2", probe_renameat2_from},
        {"renameat2", probe_renameat2_to},
        {"symlink", probe_symlink},
        {"symlinkat", probe_symlinkat},
        {0},
};

const struct family family_links = {{common_places}, probes};
