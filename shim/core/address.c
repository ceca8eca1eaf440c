/* Translation of the names of Unix sockets to the inside view: pure. */
#include "core/address.h"

#include <stddef.h>
#include <string.h>

#define NAME_OFFSET offsetof(struct sockaddr_un, sun_path)

const struct sockaddr *address_inside(const struct path_prefixes *prefixes,
        const struct sockaddr *address, socklen_t *length, struct sockaddr_un *copy)
{
        char path[sizeof(copy->sun_path) + 1];
        size_t size, inside_length;
        const char *inside;

        if (!address || *length <= NAME_OFFSET || *length > sizeof(*copy) ||
                address->sa_family != AF_UNIX)
                return address;
        size = *length - NAME_OFFSET;
        memcpy(path, (const char *)address + NAME_OFFSET, size);
        path[size] = '\0';
        inside = path_inside(prefixes, path);
        if (inside == path)
                return address;
        inside_length = strlen(inside) + (memchr(path, '\0', size) != NULL);
        *copy = (struct sockaddr_un){.sun_family = AF_UNIX};
        memcpy(copy->sun_path, inside, inside_length);
        *length = (socklen_t)(NAME_OFFSET + inside_length);
        return (const struct sockaddr *)copy;
}
