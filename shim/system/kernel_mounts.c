/* System calls that build a mount namespace, as system/kernel.h has those of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/kernel_mounts.h"

#include "system/kernel.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>

/* Of sys/mount.h, which cannot be included beside linux/mount.h. */
#define DETACH 2

int kernel_mount_propagation(unsigned long flags)
{
        return (int)kernel_call(SYS_mount, 0, (long)"/", 0, (long)(flags | MS_REC), 0);
}

int kernel_clone_tree(int dirfd, const char *path)
{
        return (int)kernel_call(SYS_open_tree, dirfd, (long)path,
                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | (path[0] ? 0 : AT_EMPTY_PATH),
                0, 0);
}

int kernel_set_tree(int fd, uint64_t attributes, uint64_t propagation, int recursive)
{
        struct mount_attr change = {.attr_set = attributes, .propagation = propagation};

        return (int)kernel_call(SYS_mount_setattr, fd, (long)"",
                AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), (long)&change, sizeof(change));
}

int kernel_attach(int fd, int target)
{
        return (int)kernel_call(SYS_move_mount, fd, (long)"", target, (long)"",
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int kernel_make_tmpfs(const char *size, uint64_t attributes)
{
        const char *const options[][2] = {{"mode", "0755"}, {"size", size}};
        int context = (int)kernel_call(SYS_fsopen, (long)"tmpfs", FSOPEN_CLOEXEC, 0, 0, 0);
        long error = context;

        for (int i = 0; error >= 0 && i < 2; i++)
                error = kernel_call(SYS_fsconfig, context, FSCONFIG_SET_STRING, (long)options[i][0],
                        (long)options[i][1], 0);
        if (error >= 0)
                error = kernel_call(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        if (error >= 0)
                error = kernel_call(SYS_fsmount, context, FSMOUNT_CLOEXEC,
                        (long)(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | attributes), 0, 0);
        if (context >= 0)
                kernel_close(context);
        return (int)error;
}

/* pivot_root(2) describes this: with both arguments ".", the old root lies on top of the new. */
int kernel_pivot_here(void)
{
        int error = (int)kernel_call(SYS_pivot_root, (long)".", (long)".", 0, 0, 0);

        if (error < 0)
                return error;
        error = (int)kernel_call(SYS_umount2, (long)".", DETACH, 0, 0, 0);
        return error < 0 ? error : kernel_chdir("/");
}

int kernel_setns(int fd, int type)
{
        return (int)kernel_call(SYS_setns, fd, type, 0, 0, 0);
}
