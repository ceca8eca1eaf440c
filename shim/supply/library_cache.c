/* Reads the loader's cache of libraries (ldconfig(8)): the paths that have a name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/library_cache.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Machines with very much installed have a hundredth of it. */
#define SIZE_LIMIT (64 << 20)

/*
 * The format, from glibc's sysdeps/generic/dl-cache.h: a header, the entries, and the strings,
 * whose offsets are counted from the beginning of the file. It is in the byte order of the machine.
 */
static const char magic[] = "glibc-ld.so.cache1.1";

struct header {
        char magic[sizeof(magic) - 1];
        uint32_t count;
        uint32_t strings_length;
        uint8_t flags;
        uint8_t unused[3];
        uint32_t extension;
        uint32_t unused_too[3];
};

struct entry {
        int32_t flags;
        uint32_t name;
        uint32_t path;
        uint32_t unused;
        uint64_t hwcap;
};

static int read_all(int fd, struct library_cache *cache)
{
        size_t done = 0;

        while (done < cache->size) {
                ssize_t length = kernel_read(fd, cache->text + done, cache->size - done);

                if (length < 0)
                        return (int)length;
                if (length == 0)
                        break;
                done += (size_t)length;
        }
        cache->size = done;
        /* So that the last string ends, whatever the file says. */
        cache->text[done] = '\0';
        return 0;
}

static bool is_known(const struct library_cache *cache)
{
        struct header header;

        if (cache->size < sizeof(header))
                return false;
        memcpy(&header, cache->text, sizeof(header));
        return memcmp(header.magic, magic, sizeof(header.magic)) == 0 &&
               header.count <= (cache->size - sizeof(header)) / sizeof(struct entry);
}

int library_cache_read(const char *path, struct library_cache *ret_cache)
{
        CLOSED_AT_END int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
        struct file_facts facts;
        int error = fd < 0 ? fd : kernel_facts(fd, "", 0, &facts);

        *ret_cache = (struct library_cache){0};
        if (error == 0 && (!S_ISREG(facts.mode) || facts.size > SIZE_LIMIT))
                error = -ENOEXEC;
        if (error < 0)
                return error;
        ret_cache->text = malloc(facts.size + 1);
        ret_cache->size = facts.size;
        error = ret_cache->text ? read_all(fd, ret_cache) : -ENOMEM;
        if (error == 0 && !is_known(ret_cache))
                error = -ENOEXEC;
        if (error < 0)
                library_cache_release(ret_cache);
        return error;
}

void library_cache_release(struct library_cache *cache)
{
        free(cache->text);
        *cache = (struct library_cache){0};
}

int library_cache_each(const struct library_cache *cache, const char *name,
        int (*found)(void *context, const char *path, bool variant), void *context)
{
        struct header header = {.count = 0};
        struct entry entry;
        int error = 0;

        if (cache->text)
                memcpy(&header, cache->text, sizeof(header));
        for (size_t i = 0; error >= 0 && i < header.count; i++) {
                memcpy(&entry, cache->text + sizeof(header) + i * sizeof(entry), sizeof(entry));
                if (entry.name < cache->size && entry.path < cache->size &&
                        strcmp(cache->text + entry.name, name) == 0)
                        error = found(context, cache->text + entry.path, entry.hwcap != 0);
        }
        return error < 0 ? error : 0;
}
