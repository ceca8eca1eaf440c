/* Hooks that open, change, make and remove directories, and that tell the working directory. */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "hooks/real.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

INTERPOSE(DIR *, opendir, (const char *path))
{
        DIR *directory = real(opendir)(jail_path(path));

        if (!directory)
                ancestor_refuse(path);
        return directory;
}

INTERPOSE(int, scandir,
        (const char *path, struct dirent ***ret_entries, int (*select)(const struct dirent *),
                int (*compare)(const struct dirent **, const struct dirent **)))
{
        int count = real(scandir)(jail_path(path), ret_entries, select, compare);

        if (count < 0)
                ancestor_refuse(path);
        return count;
}

INTERPOSE(int, scandir64,
        (const char *path, struct dirent64 ***ret_entries, int (*select)(const struct dirent64 *),
                int (*compare)(const struct dirent64 **, const struct dirent64 **)))
{
        int count = real(scandir64)(jail_path(path), ret_entries, select, compare);

        if (count < 0)
                ancestor_refuse(path);
        return count;
}

INTERPOSE(int, chdir, (const char *path))
{
        int result = real(chdir)(jail_path(path));

        if (result < 0)
                ancestor_refuse(path);
        return result;
}

INTERPOSE(int, mkdir, (const char *path, mode_t mode))
{
        return real(mkdir)(jail_path(path), mode);
}

INTERPOSE(int, mkdirat, (int dirfd, const char *path, mode_t mode))
{
        return real(mkdirat)(dirfd, jail_path(path), mode);
}

INTERPOSE(int, rmdir, (const char *path))
{
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
