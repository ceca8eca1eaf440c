/* Hooks of extended attributes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <sys/types.h>

INTERPOSE_UNUSUAL(ssize_t, getxattr, (const char *path, const char *name, void *value, size_t size),
        jail_path_is_usual(&path), (path, name, value, size))
{
        return real(getxattr)(jail_path(path), name, value, size);
}

INTERPOSE_UNUSUAL(ssize_t, lgetxattr,
        (const char *path, const char *name, void *value, size_t size), jail_path_is_usual(&path),
        (path, name, value, size))
{
        return real(lgetxattr)(jail_path(path), name, value, size);
}

INTERPOSE_UNUSUAL(int, setxattr,
        (const char *path, const char *name, const void *value, size_t size, int flags),
        jail_path_is_usual(&path), (path, name, value, size, flags))
{
        return real(setxattr)(jail_path(path), name, value, size, flags);
}

INTERPOSE_UNUSUAL(int, lsetxattr,
        (const char *path, const char *name, const void *value, size_t size, int flags),
        jail_path_is_usual(&path), (path, name, value, size, flags))
{
        return real(lsetxattr)(jail_path(path), name, value, size, flags);
}

INTERPOSE_UNUSUAL(ssize_t, listxattr, (const char *path, char *list, size_t size),
        jail_path_is_usual(&path), (path, list, size))
{
        return real(listxattr)(jail_path(path), list, size);
}

INTERPOSE_UNUSUAL(ssize_t, llistxattr, (const char *path, char *list, size_t size),
        jail_path_is_usual(&path), (path, list, size))
{
        return real(llistxattr)(jail_path(path), list, size);
}

INTERPOSE_UNUSUAL(int, removexattr, (const char *path, const char *name), jail_path_is_usual(&path),
        (path, name))
{
        return real(removexattr)(jail_path(path), name);
}

INTERPOSE_UNUSUAL(int, lremovexattr, (const char *path, const char *name),
        jail_path_is_usual(&path), (path, name))
{
        return real(lremovexattr)(jail_path(path), name);
}
