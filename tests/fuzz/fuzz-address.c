/* Fuzz target of socket addresses: any bytes of any length, none read or written beyond it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/address.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME_OFFSET offsetof(struct sockaddr_un, sun_path)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* A path below the jail, so what is given to the kernel is the end of what the caller gave. */
static void check_translated(const struct sockaddr_un *inside, size_t inside_size,
        const uint8_t *given, size_t size, bool family)
{
        const char *name = (const char *)given + NAME_OFFSET;
        size_t length = strnlen(name, size - NAME_OFFSET);
        size_t inside_length = strnlen(inside->sun_path, inside_size - NAME_OFFSET);
        bool terminated = length < size - NAME_OFFSET;

        check(family && size <= sizeof(*inside) && name[0] == '/');
        check(inside->sun_family == AF_UNIX && inside->sun_path[0] == '/');
        check(inside_length < length);
        check(inside_size == NAME_OFFSET + inside_length + terminated);
        check(inside_length == 1 ||
                memcmp(inside->sun_path, name + length - inside_length, inside_length) == 0);
}

/* The address alone in memory of its exact size, so that AddressSanitizer guards its end. */
static void check_address(const uint8_t *data, size_t size, bool family)
{
        struct path_prefixes prefixes;
        struct sockaddr_un copy;
        uint8_t *given = malloc(size ? size : 1), *before = malloc(size ? size : 1);
        const sa_family_t local = AF_UNIX;
        socklen_t length = (socklen_t)size;
        const struct sockaddr *result;

        memcpy(given, data, size);
        if (family && size >= sizeof(local))
                memcpy(given, &local, sizeof(local));
        memcpy(before, given, size);
        path_prefixes_set(&prefixes, "/s/w", "/s/w");
        result = address_inside(&prefixes, (const struct sockaddr *)given, &length, &copy);
        check(memcmp(given, before, size) == 0);
        family = size > NAME_OFFSET && memcmp(given, &local, sizeof(local)) == 0;
        if (result == (const struct sockaddr *)given) {
                check(length == size);
        } else {
                check(result == (const struct sockaddr *)&copy);
                check_translated(&copy, length, given, size, family);
        }
        free(given);
        free(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        check_address(data, size, false);
        check_address(data, size, true);
        return 0;
}
