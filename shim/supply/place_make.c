/* Makes directories, mount points and links in the jail, where workers may own directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/place.h"

#include "supply/place_new.h"
#include "system/call_numbers.h"
#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Descriptors of what was just made: nobody but root may own it or write to it. */
static int own(int fd, gid_t group, mode_t mode)
{
        int error = geteuid() == 0 ? (int)kernel_call(CALL_FCHOWN, fd, 0, group, 0, 0) : 0;

        return error < 0 ? error : (int)kernel_call(SYS_fchmod, fd, (long)mode, 0, 0, 0);
}

/* A worker may have put another one in its place, and must not become its owner. The mode is less
 * where the server's umask says so (dovecot: 0177). */
static int judge_and_own(int fd, gid_t group, mode_t mode)
{
        struct file_facts facts;
        int error = kernel_facts(fd, "", 0, &facts);

        if (error == 0 && (facts.owner != geteuid() || (facts.mode & 0077) != 0))
                error = -ESTALE;
        return error < 0 ? error : own(fd, group, mode);
}

/* Make it beside its place. Return: a descriptor. */
static int make_beside(int parent, const char *temporary, bool directory)
{
        int error;

        if (!directory)
                return kernel_openat(parent, temporary,
                        O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
        error = (int)kernel_call(SYS_mkdirat, parent, (long)temporary, 0700, 0, 0);
        return error < 0 ? error
                         : kernel_openat(parent, temporary,
                                   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
}

/* Make a directory or a point, where nothing is. Return: a descriptor. */
static int make_new(const struct manifest_note *note, int parent, const char *name,
        enum manifest_kind kind, gid_t group, mode_t mode)
{
        char temporary[NAME_MAX + 1];
        int error = place_new_begin(note, kind, parent, name, temporary), fd;

        if (error < 0)
                return error;
        fd = make_beside(parent, temporary, kind == MANIFEST_DIRECTORY);
        if (fd < 0)
                return fd;
        error = judge_and_own(fd, group, mode);
        if (error == 0)
                manifest_add(note, kind, fd);
        if (error == 0)
                error = place_new_take(parent, temporary, name, fd);
        if (error == 0)
                return fd;
        place_new_remove(parent, temporary);
        kernel_close(fd);
        return error;
}

int place_make_directory(
        const struct manifest_note *note, int parent, const char *name, gid_t group, mode_t mode)
{
        const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        int fd = kernel_openat(parent, name, flags, 0);

        return fd == -ENOENT ? make_new(note, parent, name, MANIFEST_DIRECTORY, group, mode) : fd;
}

/* Return: an O_PATH descriptor of what was made. */
static int make_target(const struct place *place, bool directory)
{
        const struct manifest_note note = {place->manifest, place->path};
        int made = make_new(&note, place->directory, place->name,
                directory ? MANIFEST_DIRECTORY : MANIFEST_POINT, 0, directory ? 0755 : 0444);

        if (made < 0)
                return made;
        kernel_close(made);
        log_line(LEVEL_INFO, "made the mount point ", place->path, " in the jail", NULL);
        return kernel_openat(place->directory, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
}

int place_make_link(const struct place *place, const char *text)
{
        const struct manifest_note note = {place->manifest, place->path};
        char temporary[NAME_MAX + 1];
        CLOSED_AT_END int fd =
                place_new_link(&note, place->directory, place->name, temporary, text);
        int error = fd;

        if (fd < 0)
                return fd;
        manifest_add(&note, MANIFEST_LINK, fd);
        error = place_new_take(place->directory, temporary, place->name, fd);
        if (error == 0)
                log_line(LEVEL_INFO, "made the link ", place->path, " -> ", text, " in the jail",
                        NULL);
        else
                place_new_remove(place->directory, temporary);
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
