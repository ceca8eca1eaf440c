/* Translation of the names of Unix sockets to the inside view: pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_VIEW_ADDRESS_H
#define SHIM_VIEW_ADDRESS_H

#include "view/path.h"

#include <sys/socket.h>
#include <sys/un.h>

/**
 * address_inside() - the address to give to the kernel.
 * @address: any socket address, or NULL; never written to.
 * @length:  in bytes; on return, that of the result.
 * @copy:    room for a translated address.
 *
 * The name of a Unix socket may fill its field without a NUL, an abstract name begins with one,
 * and an unnamed one is empty (unix(7)): only names that are paths are looked at, and a NUL is
 * counted in the length only where it was. Async-signal-safe.
 *
 * Return: @address itself, or @copy.
 */
const struct sockaddr *address_inside(const struct path_prefixes *prefixes,
        const struct sockaddr *address, socklen_t *length, struct sockaddr_un *copy);

/**
 * address_path() - the path that an address names.
 * @buffer: ADDRESS_PATH_SIZE bytes.
 *
 * Return: @buffer, with a NUL at the end; NULL if it is no Unix address, abstract or unnamed.
 */
const char *address_path(const struct sockaddr *address, socklen_t length, char *buffer);

/** Room for the longest path that an address can name, and a NUL. */
#define ADDRESS_PATH_SIZE (sizeof(((struct sockaddr_un *)0)->sun_path) + 1)

#endif
