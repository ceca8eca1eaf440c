/* A way out by a socket that no directory holds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The argument is the name of a listener outside. */
ATTACK(abstract_socket)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        size_t length = strlen(attempt->argument);

        memcpy(address.sun_path + 1, attempt->argument, length);
        report("connect", syscall(SYS_connect, syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0),
                                  &address, offsetof(struct sockaddr_un, sun_path) + 1 + length));
}
