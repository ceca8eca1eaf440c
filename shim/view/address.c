/* Translation of the names of Unix sockets to the inside view: pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/address.h"

#include <stddef.h>
#include <string.h>

#define NAME_OFFSET offsetof(struct sockaddr_un, sun_path)

const char *address_path(const struct sockaddr *address, socklen_t length, char *buffer)
{
        if (!address || length <= NAME_OFFSET || length > sizeof(struct sockaddr_un) ||
                address->sa_family != AF_UNIX)
                return NULL;
        memcpy(buffer, (const char *)address + NAME_OFFSET, length - NAME_OFFSET);
        buffer[length - NAME_OFFSET] = '\0';
        return buffer[0] ? buffer : NULL;
}

const struct sockaddr *address_inside(const struct path_prefixes *prefixes,
        const struct sockaddr *address, socklen_t *length, struct sockaddr_un *copy)
{
        char buffer[ADDRESS_PATH_SIZE];
        const char *path = address_path(address, *length, buffer);
        const char *inside = path_inside(prefixes, path);
        size_t inside_length;

        if (inside == path)
                return address;
        inside_length = strlen(inside) + (memchr(path, '\0', *length - NAME_OFFSET) != NULL);
        *copy = (struct sockaddr_un){.sun_family = AF_UNIX};
        memcpy(copy->sun_path, inside, inside_length);
        *length = (socklen_t)(NAME_OFFSET + inside_length);
        return (const struct sockaddr *)copy;
}
