/* Hooks of account look-ups: what NSS modules call inside them decides nothing about the role. */
#include "libc/real.h"
#include "process/process.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>

INTERPOSE(int, initgroups, (const char *user, gid_t group))
{
        int result;

        if (process_forbids_groups("initgroups")) {
                errno = EPERM;
                return -1;
        }
        process_begin_lookup();
        result = real(initgroups)(user, group);
        process_end_lookup();
        return result;
}

INTERPOSE(int, getgrouplist, (const char *user, gid_t group, gid_t *groups, int *count))
{
        int result;

        if (process_forbids_groups("getgrouplist")) {
                errno = EPERM;
                return -1;
        }
        process_begin_lookup();
        result = real(getgrouplist)(user, group, groups, count);
        process_end_lookup();
        return result;
}

INTERPOSE(struct passwd *, getpwnam, (const char *name))
{
        struct passwd *entry;

        process_begin_lookup();
        entry = real(getpwnam)(name);
        process_end_lookup();
        return entry;
}

INTERPOSE(int, getpwnam_r,
        (const char *name, struct passwd *entry, char *buffer, size_t size,
                struct passwd **ret_entry))
{
        int error;

        process_begin_lookup();
        error = real(getpwnam_r)(name, entry, buffer, size, ret_entry);
        process_end_lookup();
        return error;
}

INTERPOSE(struct passwd *, getpwuid, (uid_t uid))
{
        struct passwd *entry;

        process_begin_lookup();
        entry = real(getpwuid)(uid);
        process_end_lookup();
        return entry;
}

INTERPOSE(int, getpwuid_r,
        (uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **ret_entry))
{
        int error;

        process_begin_lookup();
        error = real(getpwuid_r)(uid, entry, buffer, size, ret_entry);
        process_end_lookup();
        return error;
}

INTERPOSE(struct passwd *, getpwent, (void))
{
        struct passwd *entry;

        process_begin_lookup();
        entry = real(getpwent)();
        process_end_lookup();
        return entry;
}

INTERPOSE(int, getpwent_r,
        (struct passwd * entry, char *buffer, size_t size, struct passwd **ret_entry))
{
        int error;

        process_begin_lookup();
        error = real(getpwent_r)(entry, buffer, size, ret_entry);
        process_end_lookup();
        return error;
}

INTERPOSE(struct group *, getgrnam, (const char *name))
{
        struct group *entry;

        process_begin_lookup();
        entry = real(getgrnam)(name);
        process_end_lookup();
        return entry;
}

INTERPOSE(int, getgrnam_r,
        (const char *name, struct group *entry, char *buffer, size_t size,
                struct group **ret_entry))
{
        int error;

        process_begin_lookup();
        error = real(getgrnam_r)(name, entry, buffer, size, ret_entry);
        process_end_lookup();
        return error;
}

INTERPOSE(struct group *, getgrgid, (gid_t gid))
{
        struct group *entry;

        process_begin_lookup();
        entry = real(getgrgid)(gid);
        process_end_lookup();
        return entry;
}

INTERPOSE(int, getgrgid_r,
        (gid_t gid, struct group *entry, char *buffer, size_t size, struct group **ret_entry))
{
        int error;

        process_begin_lookup();
        error = real(getgrgid_r)(gid, entry, buffer, size, ret_entry);
        process_end_lookup();
        return error;
}

INTERPOSE(struct group *, getgrent, (void))
{
        struct group *entry;

        process_begin_lookup();
        entry = real(getgrent)();
        process_end_lookup();
        return entry;
}

INTERPOSE(int, getgrent_r,
        (struct group * entry, char *buffer, size_t size, struct group **ret_entry))
{
        int error;

        process_begin_lookup();
        error = real(getgrent_r)(entry, buffer, size, ret_entry);
        process_end_lookup();
        return error;
}

INTERPOSE(struct spwd *, getspnam, (const char *name))
{
        struct spwd *entry;

        process_begin_lookup();
        entry = real(getspnam)(name);
        process_end_lookup();
        return entry;
}

INTERPOSE(int, getspnam_r,
        (const char *name, struct spwd *entry, char *buffer, size_t size, struct spwd **ret_entry))
{
        int error;

        process_begin_lookup();
        error = real(getspnam_r)(name, entry, buffer, size, ret_entry);
        process_end_lookup();
        return error;
}
