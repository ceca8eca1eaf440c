/* Opens the file that the log goes to, if nobody but its owner could change what it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/log_file.h"

#include "system/follow.h"
#include "system/kernel.h"
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

bool is_null_device(const struct file_facts *facts)
{
        return S_ISCHR(facts->mode) && facts->device_number == makedev(1, 3);
}

static int fail(struct failure *failure, int error, const char *path, const char *reason)
{
        return failure_set(
                failure, error, path, reason, "name a file that can be written, or stderr");
}

static int judge(int fd, const char *path, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(fd, "", 0, &facts);

        return error < 0 ? fail_to_look(failure, error, path) : safety_judge(path, &facts, failure);
}

/* The directory of the file, to which all of the way is safe. */
static int open_directory(const char *path, size_t length, struct failure *failure)
{
        CLOSED_AT_END int root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        char directory[PATH_MAX];
        int fd, error;

        if (length >= sizeof(directory))
                return fail(failure, -ENAMETOOLONG, path, NULL);
        memcpy(directory, path, length);
        directory[length] = '\0';
        error = root < 0 ? fail_to_look(failure, root, "/") : judge(root, "/", failure);
        if (error < 0)
                return error;
        fd = follow(root, "", directory, failure);
        if (fd < 0)
                return fd;
        error = judge(fd, length > 0 ? directory : "/", failure);
        if (error == 0)
                return fd;
        kernel_close(fd);
        return error;
}

static int check(const char *path, const struct file_facts *facts, struct failure *failure)
{
        if (S_ISREG(facts->mode))
                return safety_judge(path, facts, failure);
        if (is_null_device(facts))
                return 0;
        return fail(failure, 0, path, "it is no regular file");
}

int log_file_open(const char *path, struct failure *ret_failure)
{
        const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
        const char *slash = strrchr(path, '/');
        CLOSED_AT_END int directory = open_directory(path, (size_t)(slash - path), ret_failure);
        struct file_facts facts;
        int fd, error;

        if (directory < 0)
                return directory;
        /* Looked at first, for the opening alone does something to some devices. */
        error = kernel_facts(directory, slash + 1, AT_SYMLINK_NOFOLLOW, &facts);
        if (error == 0)
                error = check(path, &facts, ret_failure);
        else
                error = error == -ENOENT ? 0 : fail(ret_failure, error, path, NULL);
        if (error < 0)
                return error;
        fd = kernel_openat(directory, slash + 1, flags | O_CLOEXEC, 0640);
        if (fd < 0)
                return fail(ret_failure, fd, path, NULL);
        error = kernel_facts(fd, "", 0, &facts);
        error = error < 0 ? fail(ret_failure, error, path, NULL) : check(path, &facts, ret_failure);
        if (error == 0)
                return fd;
        kernel_close(fd);
        return error;
}
