/* Copies one file, device or symbolic link into the jail; each takes its place at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/copy_file.h"

#include "supply/account_files.h"
#include "supply/place.h"
#include "supply/place_new.h"
#include "system/call_numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/time_types.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *remedy_of(int error)
{
        if (error == -ENOSPC || error == -EDQUOT)
                return "make room";
        if (error == -EAGAIN)
                return "end the program that has a lease of it";
        return error == -ENOSYS ? NULL
                                : "remove what is in its place, or set isolation = \"namespace\"";
}

int copy_fail(const struct copy *copy, const char *name, const char *reason, int error)
{
        bool foreign = copy->foreign || copy->theirs ||
                       place_is_foreign(copy->exposure->source, copy->failure) > 0;

        exposure_fail(copy->exposure, copy->failure, error, copy->exposure->source, NULL,
                remedy_of(error));
        failure_reason(copy->failure, "it cannot be copied into the jail: %s%s%s", name,
                name[0] ? ": " : "", reason);
        failure_plant(copy->failure, foreign);
        return error < 0 ? error : -EINVAL;
}

int copy_fail_limit(struct copy *copy, const char *name, const char *reason)
{
        copy->theirs |= copy->shared;
        return copy_fail(copy, name, reason, -EFBIG);
}

static void note(const struct copy *copy, enum manifest_kind kind, int fd)
{
        const struct manifest_note note = {copy->manifest, copy->path};

        manifest_add(&note, kind, fd);
}

/* Announce what is to take the place of @name, and make room for it under the name @temporary. */
static int begin(const struct copy *copy, enum manifest_kind kind, int directory, const char *name,
        char *temporary)
{
        const struct manifest_note note = {copy->manifest, copy->path};

        return place_new_begin(&note, kind, directory, name, temporary);
}

/* The file may grow meanwhile: one byte more than there is @room for tells that there is more. */
static int copy_content(int from, int to, uint64_t *room)
{
        long length;

        do {
                long most = *room < 1 << 20 ? (long)*room + 1 : 1 << 20;

                length = kernel_call(SYS_sendfile, to, from, 0, most, 0);
                if (length > 0 && (uint64_t)length > *room) {
                        *room = 0;
                        return -EFBIG;
                }
                *room -= length > 0 ? (uint64_t)length : 0;
        } while (length > 0);
        return (int)length;
}

static int finish_file(int fd, const struct file_facts *facts)
{
        struct __kernel_timespec times[2] = {{.tv_nsec = UTIME_NOW},
                {.tv_sec = facts->modified_seconds, .tv_nsec = facts->modified_nanoseconds}};
        /* Without root, a copy belongs to who makes it. */
        int error = geteuid() == 0 ? (int)kernel_call(CALL_FCHOWN, fd, 0, facts->group, 0, 0) : 0;

        if (error == 0)
                error = (int)kernel_call(SYS_fchmod, fd, facts->mode & 0755, 0, 0, 0);
        if (error == 0)
                error = (int)kernel_call(CALL_UTIMENSAT, fd, 0, (long)times, 0, 0);
        return error;
}

/* Is the copy newer than the last change of its source? Of the same tick it cannot be told. */
static bool is_newer(const struct file_facts *copy, const struct file_facts *source)
{
        if (copy->changed_seconds != source->changed_seconds)
                return copy->changed_seconds > source->changed_seconds;
        return copy->changed_nanoseconds > source->changed_nanoseconds;
}

bool copy_file_is_fresh(const struct file_facts *there, const struct file_facts *source)
{
        return S_ISREG(there->mode) && there->owner == geteuid() && there->size == source->size &&
               (there->group == source->group || geteuid() != 0) &&
               (there->mode & 07777) == (source->mode & 0755) &&
               there->modified_seconds == source->modified_seconds &&
               there->modified_nanoseconds == source->modified_nanoseconds &&
               is_newer(there, source);
}

bool copy_names_are_fresh(
        int source, const struct file_facts *facts, int directory, const char *name)
{
        const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        CLOSED_AT_END int from = kernel_reopen(source, flags);
        CLOSED_AT_END int there = kernel_openat(directory, name, flags | O_NOFOLLOW, 0);
        struct file_facts now, like = *facts;

        if (from < 0 || there < 0 || kernel_facts(there, "", 0, &now) < 0)
                return false;
        like.size = now.size;
        return copy_file_is_fresh(&now, &like) && account_file_is_copied(from, there);
}

static bool is_fresh(const struct copy *copy, int from, const struct file_facts *facts,
        int directory, const char *name)
{
        struct file_facts there;

        if (copy->exposure->options & EXPOSURE_NAMES)
                return copy_names_are_fresh(from, facts, directory, name);
        return kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &there) == 0 &&
               copy_file_is_fresh(&there, facts);
}

/* Make the file that will take the place of @name, under the name @temporary. */
static int make_new(const struct copy *copy, int directory, const char *name, char *temporary)
{
        int error = begin(copy, MANIFEST_FILE, directory, name, temporary);

        if (error < 0)
                return error;
        return kernel_openat(
                directory, temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int copy_fail_bytes(struct copy *copy, const char *name)
{
        return copy_fail_limit(copy, name,
                copy->exposure->service ? "it has more than 512 MiB" : "it has more than 64 MiB");
}

int copy_fail_entries(struct copy *copy)
{
        return copy_fail_limit(copy, "",
                copy->exposure->service ? "it has more than 160000 entries"
                                        : "it has more than 20000 entries");
}

static uint64_t room_left(const struct copy *copy)
{
        return copy_limit(copy, COPY_BYTES_LIMIT) - copy->bytes;
}

static int write_file(struct copy *copy, int from, const struct file_facts *facts, int directory,
        const char *name)
{
        bool names = copy->exposure->options & EXPOSURE_NAMES;
        uint64_t room = room_left(copy);
        char temporary[NAME_MAX + 1];
        int error;
        CLOSED_AT_END int to = make_new(copy, directory, name, temporary);

        if (to < 0)
                return copy_fail(copy, name, "it cannot be made", to);
        note(copy, MANIFEST_FILE, to);
        error = names ? account_file_copy(from, to, &room) : copy_content(from, to, &room);
        copy->bytes = copy_limit(copy, COPY_BYTES_LIMIT) - room;
        if (error == 0)
                error = finish_file(to, facts);
        if (error == 0)
                error = place_new_take(directory, temporary, name, to);
        if (error == 0)
                return 0;
        place_new_remove(directory, temporary);
        return error == -EFBIG && room == 0 ? copy_fail_bytes(copy, name)
                                            : copy_fail(copy, name, "it cannot be written", error);
}

int copy_file(struct copy *copy, int from, const struct file_facts *facts, int directory,
        const char *name)
{
        if (facts->size > room_left(copy))
                return copy_fail_bytes(copy, name);
        if (!is_fresh(copy, from, facts, directory, name))
                return write_file(copy, from, facts, directory, name);
        copy->bytes += facts->size;
        return 0;
}

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
        int error = begin(copy, MANIFEST_DEVICE, directory, name, temporary);

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
        note(copy, MANIFEST_DEVICE, fd);
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
                note(copy, MANIFEST_LINK, fd);
        error = fd < 0 ? fd : place_new_take(directory, temporary, name, fd);
        if (error == 0)
                return 0;
        if (fd >= 0)
                place_new_remove(directory, temporary);
        return copy_fail(copy, name, "its link cannot be made", error);
}
