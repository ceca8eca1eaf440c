/* Detached mounts of what is exposed, confined before anybody can reach them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposure_mount.h"

#include "system/kernel_mounts.h"

#include <linux/mount.h>
#include <sys/stat.h>

const char namespace_kernel_refuses[] = "give the server CAP_SYS_ADMIN and a kernel of Linux 5.12 "
                                        "or newer, or set isolation = \"chroot\"";

bool exposure_is_made(const struct exposure *exposure)
{
        return exposure->options & EXPOSURE_NAMES;
}

static uint64_t attributes(const struct settings *settings, const struct exposure *exposure)
{
        bool device = S_ISCHR(exposure->seen.mode) || S_ISBLK(exposure->seen.mode);

        return (exposure->options & EXPOSURE_WRITABLE ? 0U : MOUNT_ATTR_RDONLY) |
               (settings->no_new_privs ? MOUNT_ATTR_NOSUID : 0U) | (device ? 0U : MOUNT_ATTR_NODEV);
}

int exposure_mount(const struct settings *settings, const struct exposure *exposure, int held,
        struct failure *ret_failure)
{
        int tree = kernel_clone_tree(held, ""), error;

        if (tree < 0)
                return exposure_fail(exposure, ret_failure, tree, exposure->source,
                        "it cannot be taken", namespace_kernel_refuses);
        error = kernel_set_tree(tree, attributes(settings, exposure),
                exposure->options & EXPOSURE_SLAVE ? MS_SLAVE : MS_PRIVATE, true);
        if (error == 0)
                return tree;
        kernel_close(tree);
        return exposure_fail(exposure, ret_failure, error, exposure->source,
                "its mount cannot be confined", namespace_kernel_refuses);
}
