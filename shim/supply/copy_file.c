/* Copies one file into the jail, where it takes its place at once; and says why one cannot be. */
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
        const struct manifest_note at = {copy->manifest, copy->path};
        int error = place_new_begin(&at, MANIFEST_FILE, directory, name, temporary);

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
        const struct manifest_note at = {copy->manifest, copy->path};
        bool names = copy->exposure->options & EXPOSURE_NAMES;
        uint64_t room = room_left(copy);
        char temporary[NAME_MAX + 1];
        int error;
        CLOSED_AT_END int to = make_new(copy, directory, name, temporary);

        if (to < 0)
                return copy_fail(copy, name, "it cannot be made", to);
        manifest_add(&at, MANIFEST_FILE, to);
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
