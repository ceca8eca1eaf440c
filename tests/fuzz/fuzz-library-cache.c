/* Fuzz target of the reader of the loader's cache: it ends, and tells strings that end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/library_cache.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the file begins with, so that more than the first comparison is tried. */
static const char magic[] = "glibc-ld.so.cache1.1";

static int found(void *context, const char *path, bool variant)
{
        *(size_t *)context += strlen(path);
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static int fd = -1;
        struct library_cache cache;
        char path[64];
        size_t length = 0;

        if (fd < 0)
                fd = memfd_create("cache", 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (ftruncate(fd, 0) < 0 || pwrite(fd, magic, sizeof(magic) - 1, 0) < 0 ||
                pwrite(fd, data, size, size % 8 ? sizeof(magic) - 1 : 0) < 0)
                abort();
        if (library_cache_read(path, &cache) == 0) {
                library_cache_each(&cache, "", found, &length);
                library_cache_each(&cache, "libc.so.6", found, &length);
        }
        library_cache_release(&cache);
        return 0;
}
