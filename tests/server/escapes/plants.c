/* What a worker leaves behind for who brings files into a jail: links to what it may not reach. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

/* In the place of a file, whose path is the argument: a link to the canary. */
ATTACK(plant_link)
{
        report("unlink", syscall(SYS_unlinkat, AT_FDCWD, attempt->argument, 0));
        report("symlink", syscall(SYS_symlinkat, attempt->canary, AT_FDCWD, attempt->argument));
}

/* In the place of a directory above a mount point: a link to the root directory. */
ATTACK(plant_way)
{
        char away[512];

        snprintf(away, sizeof(away), "%s.away", attempt->argument);
        report("rename", syscall(SYS_renameat2, AT_FDCWD, attempt->argument, AT_FDCWD, away, 0));
        report("symlink", syscall(SYS_symlinkat, "/", AT_FDCWD, attempt->argument));
}

/* What somebody else has planted so: what is at the path of the argument. */
ATTACK(read_exposed)
{
        read_canary(AT_FDCWD, attempt->argument);
}
