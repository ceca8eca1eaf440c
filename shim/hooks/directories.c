/* Hooks that open, change, make and remove directories, and that tell the working directory. */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "hooks/real.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

INTERPOSE(DIR *, opendir, (const char *path))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return NULL;
        return real(opendir)(inside);
}

INTERPOSE(int, scandir,
        (const char *path, struct dirent ***ret_entries, int (*select)(const struct dirent *),
                int (*compare)(const struct dirent **, const struct dirent **)))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return real(scandir)(inside, ret_entries, select, compare);
}

INTERPOSE(int, scandir64,
        (const char *path, struct dirent64 ***ret_entries, int (*select)(const struct dirent64 *),
                int (*compare)(const struct dirent64 **, const struct dirent64 **)))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return real(scandir64)(inside, ret_entries, select, compare);
}

INTERPOSE(int, scandirat,
        (int dirfd, const char *path, struct dirent ***ret_entries,
                int (*select)(const struct dirent *),
                int (*compare)(const struct dirent **, const struct dirent **)))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return real(scandirat)(dirfd, inside, ret_entries, select, compare);
}

INTERPOSE(int, scandirat64,
        (int dirfd, const char *path, struct dirent64 ***ret_entries,
                int (*select)(const struct dirent64 *),
                int (*compare)(const struct dirent64 **, const struct dirent64 **)))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return real(scandirat64)(dirfd, inside, ret_entries, select, compare);
}

INTERPOSE(int, chdir, (const char *path))
{
        const char *inside = jail_path(path);

        if (ancestor_refuses(path, inside))
                return -1;
        return real(chdir)(inside);
}

INTERPOSE(int, mkdir, (const char *path, mode_t mode))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(mkdir)(jail_path(path), mode);
}

INTERPOSE(int, mkdirat, (int dirfd, const char *path, mode_t mode))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(mkdirat)(dirfd, jail_path(path), mode);
}

INTERPOSE(int, rmdir, (const char *path))
{
        if (ancestor_refuses(path, jail_path(path)))
                return -1;
        return real(rmdir)(jail_path(path));
}

INTERPOSE(int, chroot, (const char *path))
{
        return real(chroot)(jail_path(path));
}

INTERPOSE(char *, getcwd, (char *buffer, size_t size))
{
        return outside_applies() ? outside_getcwd(buffer, size) : real(getcwd)(buffer, size);
}

INTERPOSE(char *, __getcwd_chk, (char *buffer, size_t size, size_t buffer_size))
{
        if (!outside_applies() || size > buffer_size)
                return real(__getcwd_chk)(buffer, size, buffer_size);
        return outside_getcwd(buffer, size);
}

INTERPOSE(char *, get_current_dir_name, (void))
{
        return process_is_jailed() ? outside_current_directory() : real(get_current_dir_name)();
}

INTERPOSE(char *, getwd, (char *buffer))
{
        return outside_applies() && buffer ? outside_getwd(buffer) : real(getwd)(buffer);
}

INTERPOSE(char *, __getwd_chk, (char *buffer, size_t size))
{
        /* libc ends the process where the buffer is too small; let it. */
        if (!outside_applies() || size < PATH_MAX)
                return real(__getwd_chk)(buffer, size);
        return outside_getwd(buffer);
}
