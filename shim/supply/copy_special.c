/* Makes a device or a symbolic link in the jail like one outside; each takes its place at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/copy_file.h"

#include "supply/place_new.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* chmod() of what an O_PATH descriptor holds, whatever its name has become. */
static int set_mode(int fd, mode_t mode)
{
        char buffer[DESCRIPTOR_PATH_SIZE];
        const char *path = kernel_descriptor_path(fd, buffer);

        return (int)kernel_call(SYS_fchmodat, AT_FDCWD, (long)path, (long)mode, 0, 0);
}

/* Make the device that will take the place of @name. Return: an O_PATH descriptor of it. */
static int make_new_device(
        const struct copy *copy, int directory, const char *name, char *temporary, uint64_t number)
{
        const struct manifest_note at = {copy->manifest, copy->path};
        int error = place_new_begin(&at, MANIFEST_DEVICE, directory, name, temporary);

        if (error < 0)
                return error;
        error = (int)kernel_call(
                SYS_mknodat, directory, (long)temporary, S_IFCHR | 0600, (long)number, 0);
        return error < 0 ? error
                         : kernel_openat(directory, temporary, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
}

bool copy_device_is_fresh(const struct file_facts *there, const struct file_facts *source)
{
        return S_ISCHR(there->mode) && there->device_number == source->device_number &&
               there->owner == 0 && there->mode == source->mode;
}

static int fail_device(struct copy *copy, const char *name, int error)
{
        copy_fail(copy, name, "the device cannot be made", error);
        if (error == -EPERM)
                failure_remedy(copy->failure,
                        "give the server CAP_MKNOD, which PrivateDevices= of a unit takes "
                        "(DevicePolicy=closed does not), or set isolation = \"namespace\"");
        return error;
}

int copy_device(struct copy *copy, const struct file_facts *facts, int directory, const char *name)
{
        const struct manifest_note at = {copy->manifest, copy->path};
        char temporary[NAME_MAX + 1];
        struct file_facts there;
        int error;

        if (kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &there) == 0 &&
                copy_device_is_fresh(&there, facts))
                return 0;

        CLOSED_AT_END int fd =
                make_new_device(copy, directory, name, temporary, facts->device_number);

        if (fd < 0)
                return fail_device(copy, name, fd);
        manifest_add(&at, MANIFEST_DEVICE, fd);
        error = kernel_facts(fd, "", 0, &there);
        if (error == 0 && (!S_ISCHR(there.mode) || there.device_number != facts->device_number))
                error = -ESTALE;
        if (error == 0)
                error = set_mode(fd, facts->mode & 0777);
        if (error == 0)
                error = place_new_take(directory, temporary, name, fd);
        if (error == 0)
                return 0;
        place_new_remove(directory, temporary);
        return fail_device(copy, name, error);
}

/* Is @name a link with this text? In a frame of its own: it is as large as a path. */
static bool __attribute__((noinline))
is_same_link(int directory, const char *name, const char *text)
{
        char there[PATH_MAX];
        ssize_t length = kernel_readlinkat(directory, name, there, sizeof(there));

        return length == (ssize_t)strlen(text) && memcmp(text, there, (size_t)length) == 0;
}

bool copy_link_is_fresh(int from, const char *from_name, int directory, const char *name)
{
        char text[PATH_MAX];
        ssize_t length = kernel_readlinkat(from, from_name, text, sizeof(text) - 1);

        text[length < 0 ? 0 : length] = '\0';
        return length > 0 && is_same_link(directory, name, text);
}

int copy_link(struct copy *copy, int from, int directory, const char *name)
{
        char text[PATH_MAX], temporary[NAME_MAX + 1];
        ssize_t length = kernel_readlinkat(from, "", text, sizeof(text) - 1);
        int error;

        if (length < 0)
                return copy_fail(copy, name, "its link cannot be read", (int)length);
        text[length] = '\0';
        if (is_same_link(directory, name, text))
                return 0;

        const struct manifest_note at = {copy->manifest, copy->path};
        CLOSED_AT_END int fd = place_new_link(&at, directory, name, temporary, text);

        if (fd >= 0)
                manifest_add(&at, MANIFEST_LINK, fd);
        error = fd < 0 ? fd : place_new_take(directory, temporary, name, fd);
        if (error == 0)
                return 0;
        if (fd >= 0)
                place_new_remove(directory, temporary);
        return copy_fail(copy, name, "its link cannot be made", error);
}
