/* Tells apart what is found in a jail: devices, the system's files, hooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/jail_kinds.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* null, zero, full, random, urandom; tty, ptmx and terminals. */
bool jail_entry_is_harmless(const struct jail_entry *entry)
{
        unsigned high = major(entry->facts.device_number), low = minor(entry->facts.device_number);

        if (!S_ISCHR(entry->facts.mode))
                return false;
        return (high == 1 && (low == 3 || low == 5 || low == 7 || low == 8 || low == 9)) ||
               (high == 5 && (low == 0 || low == 2)) || (high >= 136 && high <= 143);
}

static bool begins(const char *path, const char *directory)
{
        size_t length = strlen(directory);

        return strncmp(path, directory, length) == 0 && (!path[length] || path[length] == '/');
}

/* Where programs and libraries are; and the files, not the directories, of /etc. */
bool jail_entry_is_system(const struct jail_entry *entry)
{
        static const char *const directories[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64",
                "/libx32", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64",
                "/usr/libx32", "/usr/local/bin", "/usr/local/sbin", "/usr/local/lib"};

        for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
                if (begins(entry->path, directories[i]))
                        return true;
        return begins(entry->path, "/etc") && strchr(entry->path + 1, '/') == entry->path + 4 &&
               !strchr(entry->path + 5, '/') && S_ISREG(entry->facts.mode);
}

/* What git and Subversion run: a program in a directory of this name. */
bool jail_entry_is_hook(const struct jail_entry *entry)
{
        const char *path = entry->path;
        const char *slash = strrchr(path, '/');

        return slash - path >= 6 && strncmp(slash - 6, "/hooks/", 7) == 0 && !strchr(slash, '.');
}
