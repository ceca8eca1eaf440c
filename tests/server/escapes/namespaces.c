/* Ways out by a user namespace, in which a process has all capabilities. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <sched.h>
#include <signal.h>

/* Where one is granted, the root directory can be changed in it. */
ATTACK(unshare_user)
{
        report("unshare", syscall(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS));
}

ATTACK(clone_user)
{
        long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

        if (child == 0)
                syscall(SYS_exit_group, 0);
        report("clone", child);
}

ATTACK(unshare_mount)
{
        report("unshare", syscall(SYS_unshare, CLONE_NEWNS));
}
