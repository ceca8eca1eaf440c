/* Tells whether a file of settings still says what was read from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/stamp.h"

#include "settings/file.h"
#include "settings/names.h"

#include <errno.h>
#include <fcntl.h>

/* FNV-1a: nobody but its owner writes to the file, so no more is needed. */
uint64_t settings_stamp_sum(uint64_t sum, const void *bytes, size_t length)
{
        const unsigned char *byte = bytes;

        if (sum == 0)
                sum = 0xcbf29ce484222325;
        for (size_t i = 0; i < length; i++)
                sum = (sum ^ byte[i]) * 0x100000001b3;
        return sum;
}

/* 0, which is no sum, for what is not a file that would be read. */
static uint64_t sum_of_file(const char *path)
{
        CLOSED_AT_END int fd =
                kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, 0);
        unsigned char bytes[1024];
        struct file_facts facts;
        uint64_t sum = settings_stamp_sum(0, NULL, 0);
        ssize_t length;

        if (fd < 0 || kernel_facts(fd, "", 0, &facts) < 0 || !settings_file_fits(&facts))
                return 0;
        for (uint64_t left = facts.size; left > 0; left -= (uint64_t)length) {
                length = kernel_read(fd, bytes, left < sizeof(bytes) ? left : sizeof(bytes));
                if (length <= 0)
                        return 0;
                sum = settings_stamp_sum(sum, bytes, (size_t)length);
        }
        return sum;
}

static uint64_t sum_of_directory(const char *path, const char *pattern)
{
        CLOSED_AT_END int fd = kernel_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

        return fd < 0 ? 0 : names_sum(fd, pattern);
}

static bool facts_equal(const struct file_facts *a, const struct file_facts *b)
{
        return identity_equal(&a->identity, &b->identity) && a->size == b->size &&
               a->modified_seconds == b->modified_seconds &&
               a->modified_nanoseconds == b->modified_nanoseconds &&
               a->changed_seconds == b->changed_seconds &&
               a->changed_nanoseconds == b->changed_nanoseconds;
}

enum settings_change settings_stamp_look(const char *path, const char *pattern,
        const struct settings_stamp *read, struct settings_stamp *seen)
{
        struct settings_stamp now = {0};
        int error = kernel_facts(AT_FDCWD, path, pattern ? 0 : AT_SYMLINK_NOFOLLOW, &now.facts);
        bool was_gone = seen->gone;
        uint64_t before = seen->sum;

        if (error == -ENOENT || error == -ENOTDIR) {
                seen->gone = true;
                return was_gone ? SETTINGS_SAME : SETTINGS_GONE;
        }
        if (error < 0 || (!was_gone && facts_equal(&now.facts, &seen->facts)))
                return SETTINGS_SAME;
        now.sum = pattern ? sum_of_directory(path, pattern) : sum_of_file(path);
        *seen = now;
        return now.sum == read->sum || (!was_gone && now.sum == before) ? SETTINGS_SAME
                                                                        : SETTINGS_CHANGED;
}
