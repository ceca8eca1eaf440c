/* Reads the configuration file into the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/file.h"

#include "settings/contents.h"
#include "system/kernel.h"
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

bool settings_file_fits(const struct file_facts *facts)
{
        return S_ISREG(facts->mode) && facts->size <= SETTINGS_FILE_LIMIT;
}

/* Whoever can write to the file decides what root does. */
static int check_file(const char *path, const char *variable, const struct file_facts *facts,
        struct failure *failure)
{
        if (settings_file_fits(facts))
                return safety_judge(path, facts, failure);
        failure_set(failure, 0, path, NULL, NULL);
        failure_remedy(failure, "name another by %s", variable);
        failure_reason(
                failure, "it is not a regular file of at most %d bytes", SETTINGS_FILE_LIMIT);
        return -EINVAL;
}

/* What is open as @fd, if it is a file that may be read. */
static int look(int fd, const char *path, const char *variable, struct file_facts *ret_facts,
        struct failure *failure)
{
        int error = kernel_facts(fd, "", 0, ret_facts);

        return error < 0 ? failure_set(failure, error, path, NULL, NULL)
                         : check_file(path, variable, ret_facts, failure);
}

/* All that an open file of this size holds, from malloc(). */
static int take_bytes(int fd, const char *path, uint64_t size, char **ret_bytes, size_t *ret_length,
        struct failure *failure)
{
        ssize_t more = 0;

        *ret_bytes = malloc(size + 1);
        if (!*ret_bytes)
                return failure_set(failure, -ENOMEM, path, NULL, NULL);
        *ret_length = 0;
        while (*ret_length < size &&
                (more = kernel_read(fd, *ret_bytes + *ret_length, size - *ret_length)) > 0)
                *ret_length += (size_t)more;
        /* With an error, none of the settings is used. */
        return more < 0 ? failure_set(failure, (int)more, path, "it cannot be read to its end",
                                  "look at its file system")
                        : 0;
}

static int refuse_to_open(
        int error, const char *path, const char *variable, struct failure *failure)
{
        if (error == -ELOOP) {
                failure_set(failure, 0, path, "it is a symbolic link", NULL);
                failure_remedy(failure, "name the file itself by %s", variable);
                return -EINVAL;
        }
        failure_set(failure, error, path, NULL, NULL);
        failure_remedy(failure, "name a readable file by %s, or unset it", variable);
        return error;
}

int settings_file_take(const char *path, bool required, const char *variable, char **ret_bytes,
        size_t *ret_length, struct settings_stamp *ret_stamp, struct failure *ret_failure)
{
        CLOSED_AT_END int fd =
                kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, 0);
        int error;

        *ret_bytes = NULL;
        *ret_length = 0;
        if (fd == -ENOENT && !required)
                return 0;
        if (fd < 0)
                return refuse_to_open(fd, path, variable, ret_failure);
        error = look(fd, path, variable, &ret_stamp->facts, ret_failure);
        if (error == 0)
                error = take_bytes(
                        fd, path, ret_stamp->facts.size, ret_bytes, ret_length, ret_failure);
        if (error == 0)
                ret_stamp->sum = settings_stamp_sum(0, *ret_bytes, *ret_length);
        return error;
}

int settings_read_file(struct settings *settings, const char *path, bool required,
        const char *variable, struct failure *ret_failure)
{
        struct settings_stamp stamp = {0};
        char *bytes;
        size_t length;
        int error =
                settings_file_take(path, required, variable, &bytes, &length, &stamp, ret_failure);

        if (error == 0 && bytes)
                error = settings_read_contents(settings, path, &stamp, bytes, length, ret_failure);
        free(bytes);
        return error;
}
