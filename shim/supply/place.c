/* Finds, or makes, the place of a path in the jail, where workers may own directories. */
#include "supply/place.h"

#include "system/kernel.h"
#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As many links as the kernel follows. */
#define LINK_LIMIT 40

static const char planted[] = "it is a symbolic link that another user than root could have made";

static int fail_place(
        struct failure *failure, const struct place *place, const char *reason, int error)
{
        return failure_set(failure, error, place->path, reason,
                error == -ENOSYS ? NULL
                                 : "remove it from the jail, and make a directory in its place");
}

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
        /* Another one may have been put in its place; root makes no gift of that to a worker. */
        error = kernel_facts(fd, "", 0, &facts);
        if (error == 0 && (facts.owner != geteuid() || (facts.mode & 0777) != 0700))
                error = -ESTALE;
        if (error == 0)
                error = own(fd, group, mode);
        if (error == 0)
                return fd;
        kernel_close(fd);
        return error;
}

static bool only_root_writes(const struct file_facts *facts)
{
        return facts->owner == 0 && !(facts->mode & (S_IWGRP | S_IWOTH));
}

/* Put the text of the link @fd in place of the component from @name to @end. */
static int splice_link(struct place *place, char *name, char *end, int fd)
{
        char text[PATH_MAX];
        size_t rest_length = strlen(end);
        ssize_t length = kernel_readlinkat(fd, "", text, sizeof(text));

        if (length < 0)
                return (int)length;
        /* An absolute link begins at the jail's root. */
        if (length > 0 && text[0] == '/')
                name = place->path;
        if ((size_t)(name - place->path) + (size_t)length + rest_length >= sizeof(place->path))
                return -ENAMETOOLONG;
        memmove(name + length, end, rest_length + 1);
        memcpy(name, text, (size_t)length);
        return 0;
}

/* Take "//", "." and ".." out: what stands before a ".." was found to be no link. */
static void tidy(char *path)
{
        char *out = path;

        for (const char *in = path; *in;) {
                size_t length = strcspn(in + 1, "/");

                if (length == 2 && in[1] == '.' && in[2] == '.') {
                        while (out > path && *--out != '/')
                                ;
                } else if (length > 0 && !(length == 1 && in[1] == '.')) {
                        memmove(out, in, length + 1);
                        out += length + 1;
                }
                in += length + 1;
        }
        *out = '\0';
}

static int open_or_make(struct place *place, const char *name)
{
        int fd = kernel_openat(place->directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);

        if (fd != -ENOENT)
                return fd;
        fd = place_make_directory(place->directory, name, 0, 0755);
        if (fd >= 0)
                log_line(LEVEL_INFO, "made the directory ", place->path, " in the jail", NULL);
        return fd;
}

/* Did root make the link @facts, in a directory that only root can write to? */
static bool is_trusted(const struct place *place, const struct file_facts *link)
{
        struct file_facts parent;

        return link->owner == 0 && kernel_facts(place->directory, "", 0, &parent) == 0 &&
               only_root_writes(&parent);
}

/*
 * One component, from @name to @end: move place->directory to it.
 * Return: 1 if it was a link and the path has been rewritten, 0, or a negative error number.
 */
static int step(struct place *place, char *name, char *end, struct failure *failure)
{
        struct file_facts facts;
        int fd, error;

        *end = '\0';
        fd = open_or_make(place, name);
        if (fd < 0)
                return fail_place(failure, place, "it cannot be made", fd);
        error = kernel_facts(fd, "", 0, &facts);
        if (error < 0) {
                fail_place(failure, place, "it cannot be looked at", error);
        } else if (S_ISDIR(facts.mode)) {
                *end = '/';
                kernel_close(place->directory);
                place->directory = fd;
                return 0;
        } else if (!S_ISLNK(facts.mode)) {
                error = fail_place(failure, place, "it is not a directory", -ENOTDIR);
        } else if (!is_trusted(place, &facts)) {
                error = fail_place(failure, place, planted, -ELOOP);
        } else {
                *end = '/';
                error = splice_link(place, name, end, fd);
                if (error < 0)
                        fail_place(failure, place, "its link cannot be followed", error);
        }
        kernel_close(fd);
        return error < 0 ? error : 1;
}

/* Return: as step(). */
static int walk(int root, struct place *place, struct failure *failure)
{
        char *name = place->path + 1, *end;
        int result = 0;

        place->directory =
                kernel_openat(root, ".", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        if (place->directory < 0)
                return fail_place(failure, place, "the jail cannot be opened", place->directory);
        while (result == 0 && (end = strchr(name, '/'))) {
                result = step(place, name, end, failure);
                name = end + 1;
        }
        place->name = name;
        if (result != 0)
                kernel_close(place->directory);
        return result;
}

int place_find(int root, const char *path, struct place *ret_place, struct failure *ret_failure)
{
        size_t length = strlen(path);
        int result = 1;

        if (length >= sizeof(ret_place->path))
                return failure_set(
                        ret_failure, -ENAMETOOLONG, path, "it is too long", "shorten it");
        memcpy(ret_place->path, path, length + 1);
        for (int links = 0; result == 1; links++) {
                tidy(ret_place->path);
                if (links > LINK_LIMIT)
                        return fail_place(ret_failure, ret_place, "its links go round", -ELOOP);
                if (!ret_place->path[0])
                        return fail_place(
                                ret_failure, ret_place, "it leads to the jail itself", -EINVAL);
                result = walk(root, ret_place, ret_failure);
        }
        return result;
}

int place_make_target(const struct place *place, bool directory)
{
        struct file_facts facts;
        int fd = kernel_openat(place->directory, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        int error;

        if (fd == -ENOENT) {
                int made = directory ? place_make_directory(place->directory, place->name, 0, 0755)
                                     : kernel_openat(place->directory, place->name,
                                               O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
                                               0600);

                if (made < 0)
                        return made;
                error = directory ? 0 : own(made, 0, 0444);
                kernel_close(made);
                if (error < 0)
                        return error;
                log_line(LEVEL_INFO, "made the mount point ", place->path, " in the jail", NULL);
                fd = kernel_openat(
                        place->directory, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        }
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
