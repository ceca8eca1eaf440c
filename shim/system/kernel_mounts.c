/* System calls that build a mount namespace, as system/kernel.h has those of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/kernel_mounts.h"

#include "system/kernel.h"
#include "system/text.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <sys/syscall.h>

/* Of sys/mount.h, which cannot be included beside linux/mount.h. */
#define DETACH 2

/* Of newer headers than some distributions have (linux/mount.h). */
#define BENEATH 0x200

struct tree_attributes {
        uint64_t set;
        uint64_t cleared;
        uint64_t propagation;
        uint64_t user_namespace;
};

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
        struct tree_attributes change = {.set = attributes, .propagation = propagation};

        return (int)kernel_call(SYS_mount_setattr, fd, (long)"",
                AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), (long)&change, sizeof(change));
}

int kernel_attach(int fd, int target)
{
        return (int)kernel_call(SYS_move_mount, fd, (long)"", target, (long)"",
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int kernel_attach_beneath(int fd, int target)
{
        return (int)kernel_call(SYS_move_mount, fd, (long)"", target, (long)"",
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | BENEATH);
}

/* umount2(2) knows no descriptors; a name in /proc/self/fd is followed to the mount itself. */
int kernel_detach(int descriptors, int fd)
{
        char number[NUMBER_SIZE];
        int error = kernel_fchdir(descriptors);

        return error < 0 ? error
                         : (int)kernel_call(
                                   SYS_umount2, (long)number_text(number, fd), DETACH, 0, 0, 0);
}

int kernel_mount_of(int fd, uint64_t *ret_number)
{
        struct statx facts;
        long error =
                kernel_call(SYS_statx, fd, (long)"", AT_EMPTY_PATH, STATX_MNT_ID, (long)&facts);

        if (error < 0)
                return (int)error;
        *ret_number = facts.stx_mnt_id;
        return (facts.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
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
