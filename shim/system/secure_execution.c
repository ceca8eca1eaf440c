/* Says whether a program is one that the loader keeps the environment of its user away from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/secure_execution.h"

#include "system/kernel.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_capabilities(const char *path)
{
        return kernel_call(SYS_getxattr, (long)path, (long)"security.capability", 0, 0, 0) > 0;
}

bool execution_is_secure(const char *path)
{
        struct file_facts facts;

        if (kernel_facts(AT_FDCWD, path, 0, &facts) < 0)
                return false;
        return ((facts.mode & S_ISUID) && facts.owner != getuid()) ||
               ((facts.mode & S_ISGID) && (facts.mode & S_IXGRP) && facts.group != getgid()) ||
               (getuid() != 0 && has_capabilities(path));
}
