/* Makes directories, mount points and links in the jail, where workers may own directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/place.h"

#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Descriptors of what was just made: nobody but root may own it or write to it. */
static int own(int fd, gid_t group, mode_t mode)
{
        int error = geteuid() == 0 ? (int)kernel_call(SYS_fchown, fd, 0, group, 0, 0) : 0;

        return error < 0 ? error : (int)kernel_call(SYS_fchmod, fd, (long)mode, 0, 0, 0);
}

int place_make_directory(int parent, const char *name, gid_t group, mode_t mode)
{
        int error = (int)kernel_call(SYS_mkdirat, parent, (long)name, 0700, 0, 0), fd;
        struct file_facts facts;

        if (error < 0 && error != -EEXIST)
                return error;
        fd = kernel_openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        if (fd < 0 || error == -EEXIST)
                return fd;
        /* A worker may have put another one in its place, and must not become its owner. The mode
         * is less where the server's umask says so (dovecot: 0177). */
        error = kernel_facts(fd, "", 0, &facts);
        if (error == 0 && (facts.owner != geteuid() || (facts.mode & 0077) != 0))
                error = -ESTALE;
        if (error == 0)
                error = own(fd, group, mode);
        if (error == 0)
                return fd;
        kernel_close(fd);
        return error;
}

/* Return: an O_PATH descriptor of what was made. */
static int make_target(const struct place *place, bool directory)
{
        int made = directory ? place_make_directory(place->directory, place->name, 0, 0755)
                             : kernel_openat(place->directory, place->name,
                                       O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
        int error;

        if (made < 0)
                return made;
        error = directory ? 0 : own(made, 0, 0444);
        kernel_close(made);
        if (error < 0)
                return error;
        log_line(LEVEL_INFO, "made the mount point ", place->path, " in the jail", NULL);
        return kernel_openat(place->directory, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
}

int place_make_link(const struct place *place, const char *text)
{
        int error = (int)kernel_call(
                SYS_symlinkat, (long)text, place->directory, (long)place->name, 0, 0);

        if (error == 0)
                log_line(LEVEL_INFO, "made the link ", place->path, " -> ", text, " in the jail",
                        NULL);
        return error;
}

int place_make_target(const struct place *place, bool directory)
{
        struct file_facts facts;
        int fd = kernel_openat(place->directory, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        int error;

        if (fd == -ENOENT)
                fd = make_target(place, directory);
        if (fd < 0)
                return fd;
        error = kernel_facts(fd, "", 0, &facts);
        if (error == 0 && S_ISLNK(facts.mode))
                error = -ELOOP;
        if (error == 0 && directory != S_ISDIR(facts.mode))
                error = directory ? -ENOTDIR : -EISDIR;
        if (error == 0)
                return fd;
        kernel_close(fd);
        return error;
}
