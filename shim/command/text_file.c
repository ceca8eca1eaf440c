/* Files of text that an administrator may have written: read, and replaced in one step. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/text_file.h"

#include "command/memory.h"
#include "system/kernel.h"
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct failure *failure, int error, const char *path)
{
        if (error == -ELOOP)
                return failure_set(failure, 0, path, "it is a symbolic link",
                        "put a regular file in its place, or write to what it leads to by hand");
        return failure_set(failure, error, path, NULL, "look at it, and at its file system");
}

static int read_open(int fd, const char *path, char **ret_text, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(fd, "", 0, &facts);
        char *text;
        ssize_t length;

        if (error < 0)
                return fail(failure, error, path);
        if (!S_ISREG(facts.mode) || facts.size > TEXT_FILE_LIMIT)
                return failure_set(failure, 0, path, "it is not a regular file of a usual size",
                        "put one in its place");
        text = memory_grow(NULL, facts.size + 1, 1);
        length = kernel_read(fd, text, facts.size);
        if (length < 0) {
                free(text);
                return fail(failure, (int)length, path);
        }
        text[length] = '\0';
        *ret_text = text;
        return 0;
}

int text_file_read(const char *path, char **ret_text, struct failure *ret_failure)
{
        CLOSED_AT_END int fd =
                kernel_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);

        *ret_text = NULL;
        if (fd == -ENOENT || fd == -ENOTDIR)
                return 0;
        return fd < 0 ? fail(ret_failure, fd, path) : read_open(fd, path, ret_text, ret_failure);
}

/* The new file is as the old one, if there is one. */
static int take_over(int fd, const char *path, mode_t mode)
{
        struct stat old;

        if (lstat(path, &old) == 0 && S_ISREG(old.st_mode)) {
                mode = old.st_mode & 07777;
                if (fchown(fd, old.st_uid, old.st_gid) < 0)
                        return -errno;
        }
        return fchmod(fd, mode) < 0 ? -errno : 0;
}

int text_file_fill(int fd, const char *text)
{
        size_t length = strlen(text);

        while (length > 0) {
                ssize_t written = write(fd, text, length);

                if (written < 0)
                        return -errno;
                text += written;
                length -= (size_t)written;
        }
        return fsync(fd) < 0 ? -errno : 0;
}

char *text_file_directory(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash > path ? memory_format("%.*s", (int)(slash - path), path) : memory_copy("/");
}

static int check_directory(const char *path, struct failure *failure)
{
        char *directory = text_file_directory(path);
        int error = safety_of_way(directory, failure);

        free(directory);
        return error;
}

int text_file_write(const char *path, const char *text, mode_t mode, struct failure *ret_failure)
{
        int error = check_directory(path, ret_failure), fd;
        char *beside;

        if (error < 0)
                return error;
        beside = memory_format("%s.XXXXXX", path);
        fd = mkostemp(beside, O_CLOEXEC);
        error = fd < 0 ? -errno : take_over(fd, path, mode);
        if (error == 0)
                error = text_file_fill(fd, text);
        if (error == 0 && rename(beside, path) < 0)
                error = -errno;
        if (error < 0 && fd >= 0)
                unlink(beside);
        if (fd >= 0)
                close(fd);
        free(beside);
        return error < 0 ? fail(ret_failure, error, path) : 0;
}
