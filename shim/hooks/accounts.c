/* Hooks of account look-ups: what NSS modules call inside them decides nothing about the role. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"
#include "process/lookup.h"
#include "process/process.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>

INTERPOSE(int, initgroups, (const char *user, gid_t group))
{
        ACCOUNT_LOOKUP(lookup);

        if (process_forbids_groups("initgroups")) {
                errno = EPERM;
                return -1;
        }
        return real(initgroups)(user, group);
}

INTERPOSE(int, getgrouplist, (const char *user, gid_t group, gid_t *groups, int *count))
{
        ACCOUNT_LOOKUP(lookup);

        if (process_forbids_groups("getgrouplist")) {
                errno = EPERM;
                return -1;
        }
        return real(getgrouplist)(user, group, groups, count);
}

INTERPOSE(struct passwd *, getpwnam, (const char *name))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getpwnam)(name);
}

INTERPOSE(int, getpwnam_r,
        (const char *name, struct passwd *entry, char *buffer, size_t size,
                struct passwd **ret_entry))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getpwnam_r)(name, entry, buffer, size, ret_entry);
}

INTERPOSE(struct passwd *, getpwuid, (uid_t uid))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getpwuid)(uid);
}

INTERPOSE(int, getpwuid_r,
        (uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **ret_entry))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getpwuid_r)(uid, entry, buffer, size, ret_entry);
}

INTERPOSE(struct passwd *, getpwent, (void))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getpwent)();
}

INTERPOSE(int, getpwent_r,
        (struct passwd * entry, char *buffer, size_t size, struct passwd **ret_entry))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getpwent_r)(entry, buffer, size, ret_entry);
}

INTERPOSE(struct group *, getgrnam, (const char *name))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getgrnam)(name);
}

INTERPOSE(int, getgrnam_r,
        (const char *name, struct group *entry, char *buffer, size_t size,
                struct group **ret_entry))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getgrnam_r)(name, entry, buffer, size, ret_entry);
}

INTERPOSE(struct group *, getgrgid, (gid_t gid))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getgrgid)(gid);
}

INTERPOSE(int, getgrgid_r,
        (gid_t gid, struct group *entry, char *buffer, size_t size, struct group **ret_entry))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getgrgid_r)(gid, entry, buffer, size, ret_entry);
}

INTERPOSE(struct group *, getgrent, (void))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getgrent)();
}

INTERPOSE(int, getgrent_r,
        (struct group * entry, char *buffer, size_t size, struct group **ret_entry))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getgrent_r)(entry, buffer, size, ret_entry);
}

INTERPOSE(struct spwd *, getspnam, (const char *name))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getspnam)(name);
}

INTERPOSE(int, getspnam_r,
        (const char *name, struct spwd *entry, char *buffer, size_t size, struct spwd **ret_entry))
{
        ACCOUNT_LOOKUP(lookup);

        return real(getspnam_r)(name, entry, buffer, size, ret_entry);
}
