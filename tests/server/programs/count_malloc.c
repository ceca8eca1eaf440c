/* A malloc() that counts, for the server in miniature, and actions that tell of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile unsigned count;

/* glibc's own, under their second names. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t items, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
        count++;
        return __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
        count++;
        return __libc_calloc(items, size);
}

void *realloc(void *old, size_t size)
{
        count++;
        return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
        count++;
        return __libc_memalign(alignment, size);
}

void free(void *memory)
{
        count++;
        __libc_free(memory);
}

ACTION(count, "count")
{
        count = 0;
}

/* How often it was called since, and how often for one strdup(): that shows that the count counts.
 */
ACTION(counted, "counted")
{
        unsigned counted = count;
        char *copy;

        count = 0;
        copy = strdup("text");
        printf("%u %u\n", counted, copy ? count : 0);
}
