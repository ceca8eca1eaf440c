/* Which sockets take clients: those that listen, and the bound ones of datagrams. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_LISTENING_H
#define SHIM_COMMAND_LISTENING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct listening_network;

/** struct listening - of the network namespaces looked at so far; begin with all zero. */
struct listening {
        struct listening_network *item;
        size_t count;
};

/**
 * listening_has() - does this socket take clients?
 * @process: a process that has it, as process_open() gives it.
 * @network: the inode of its network namespace; 0 if the caller may not see that.
 * @socket:  the inode of the socket, as in "socket:[123]".
 */
bool listening_has(struct listening *listening, int process, ino_t network, ino_t socket);

/** listening_release() - forget all of them. */
void listening_release(struct listening *listening);

#endif
