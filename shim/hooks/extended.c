/* Hooks of extended attributes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <sys/types.h>

INTERPOSE(ssize_t, getxattr, (const char *path, const char *name, void *value, size_t size))
{
        return real(getxattr)(jail_path(path), name, value, size);
}

INTERPOSE(ssize_t, lgetxattr, (const char *path, const char *name, void *value, size_t size))
{
        return real(lgetxattr)(jail_path(path), name, value, size);
}

INTERPOSE(int, setxattr,
        (const char *path, const char *name, const void *value, size_t size, int flags))
{
        return real(setxattr)(jail_path(path), name, value, size, flags);
}

INTERPOSE(int, lsetxattr,
        (const char *path, const char *name, const void *value, size_t size, int flags))
{
        return real(lsetxattr)(jail_path(path), name, value, size, flags);
}

INTERPOSE(ssize_t, listxattr, (const char *path, char *list, size_t size))
{
        return real(listxattr)(jail_path(path), list, size);
}

INTERPOSE(ssize_t, llistxattr, (const char *path, char *list, size_t size))
{
        return real(llistxattr)(jail_path(path), list, size);
}

INTERPOSE(int, removexattr, (const char *path, const char *name))
{
        return real(removexattr)(jail_path(path), name);
}

INTERPOSE(int, lremovexattr, (const char *path, const char *name))
{
        return real(lremovexattr)(jail_path(path), name);
}
