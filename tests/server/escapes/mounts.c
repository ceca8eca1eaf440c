/* Ways out by mounts and device files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* What can be mounted is mounted where it harms nobody; who may not do that, may not mount. */
static void own_mounts(void)
{
        syscall(SYS_unshare, CLONE_NEWNS);
}

/* Through the root of a process outside, whose pid is the argument. */
static void through_process(int proc, const struct attempt *attempt)
{
        char path[512];

        snprintf(path, sizeof(path), "%ld/root%s", strtol(attempt->argument, NULL, 10),
                attempt->canary);
        read_canary(proc, path);
}

ATTACK(mount_proc)
{
        own_mounts();
        syscall(SYS_mkdirat, AT_FDCWD, WRITABLE "/proc", 0755);
        report("mount", syscall(SYS_mount, "proc", WRITABLE "/proc", "proc", 0, NULL));
        through_process((int)syscall(SYS_openat, AT_FDCWD, WRITABLE "/proc", O_RDONLY, 0), attempt);
}

ATTACK(mount_bind)
{
        own_mounts();
        report("mount", syscall(SYS_mount, "/", WRITABLE, NULL, MS_BIND, NULL));
}

ATTACK(open_tree)
{
        report("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE));
}

ATTACK(fsopen)
{
        long context = report("fsopen", syscall(SYS_fsopen, "proc", 0)), mount;

        if (context < 0)
                return;
        report("fsconfig", syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
        mount = report("fsmount", syscall(SYS_fsmount, context, 0, 0));
        through_process((int)mount, attempt);
}

/* With a mount of its own: /proc, which is bound in the jail. */
ATTACK(move_mount)
{
        own_mounts();
        syscall(SYS_mkdirat, AT_FDCWD, WRITABLE "/moved", 0755);
        report("move_mount",
                syscall(SYS_move_mount, AT_FDCWD, "/proc", AT_FDCWD, WRITABLE "/moved", 0));
}

/* The argument is the number of the disk's device, whose contents are all files. */
ATTACK(disk)
{
        report("mknod", syscall(SYS_mknodat, AT_FDCWD, WRITABLE "/disk", S_IFBLK | 0600,
                                strtoul(attempt->argument, NULL, 10)));
        syscall(SYS_unlinkat, AT_FDCWD, WRITABLE "/disk", 0);
}
