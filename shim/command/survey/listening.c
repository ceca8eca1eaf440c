/* Which sockets take clients: those that listen, and the bound ones of datagrams. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/listening.h"

#include "command/memory.h"
#include "system/kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of the kernel's tables: TCP_LISTEN, and __SO_ACCEPTCON of a Unix socket's flags. */
#define STATE_LISTEN 0x0a
#define FLAG_LISTEN 0x10000
#define TYPE_DATAGRAM 2

enum table { TABLE_STREAMS, TABLE_DATAGRAMS, TABLE_UNIX };

struct listening_network {
        ino_t network;
        /* By their inodes: a worker may have a hundred thousand of them. */
        ino_t *socket;
        size_t count;
};

static void note(struct listening_network *network, unsigned long inode)
{
        network->socket =
                memory_grow(network->socket, network->count + 1, sizeof(*network->socket));
        network->socket[network->count++] = inode;
}

/* A line of tcp, tcp6, udp, udp6 (proc_pid_net(5)): addresses and ports are hexadecimal. */
static void read_internet(struct listening_network *network, const char *line, bool datagrams)
{
        unsigned port, peer, state;
        unsigned long inode;

        if (sscanf(line,
                    " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%x %x %*x:%*x %*x:%*x %*x %*u %*u "
                    "%lu",
                    &port, &peer, &state, &inode) != 4)
                return;
        if (datagrams ? port != 0 && peer == 0 : state == STATE_LISTEN)
                note(network, inode);
}

static void read_unix(struct listening_network *network, const char *line)
{
        unsigned flags, type;
        unsigned long inode;
        char path[2];

        /* Of datagrams only what has a name takes clients. */
        int fields = sscanf(line, "%*[^:]: %*x %*x %x %x %*x %lu %1s", &flags, &type, &inode, path);

        if (fields >= 3 && ((flags & FLAG_LISTEN) || (type == TYPE_DATAGRAM && fields == 4)))
                note(network, inode);
}

static void read_table(
        struct listening_network *network, int process, const char *name, enum table table)
{
        int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
        FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
        char *line = NULL;
        size_t size = 0;

        if (!file) {
                if (fd >= 0)
                        close(fd);
                return;
        }
        while (getline(&line, &size, file) > 0) {
                if (table == TABLE_UNIX)
                        read_unix(network, line);
                else
                        read_internet(network, line, table == TABLE_DATAGRAMS);
        }
        free(line);
        fclose(file);
}

static int compare(const void *a, const void *b)
{
        const ino_t one = *(const ino_t *)a, other = *(const ino_t *)b;

        return one < other ? -1 : one > other;
}

static const struct listening_network *look(struct listening *listening, int process, ino_t network)
{
        struct listening_network found = {.network = network};

        for (size_t i = 0; i < listening->count; i++)
                if (listening->item[i].network == network)
                        return &listening->item[i];
        read_table(&found, process, "net/tcp", TABLE_STREAMS);
        read_table(&found, process, "net/tcp6", TABLE_STREAMS);
        read_table(&found, process, "net/udp", TABLE_DATAGRAMS);
        read_table(&found, process, "net/udp6", TABLE_DATAGRAMS);
        read_table(&found, process, "net/unix", TABLE_UNIX);
        if (found.count)
                qsort(found.socket, found.count, sizeof(*found.socket), compare);
        listening->item =
                memory_grow(listening->item, listening->count + 1, sizeof(*listening->item));
        listening->item[listening->count] = found;
        return &listening->item[listening->count++];
}

bool listening_has(struct listening *listening, int process, ino_t network, ino_t socket)
{
        const struct listening_network *known = look(listening, process, network);

        return known->count &&
               bsearch(&socket, known->socket, known->count, sizeof(socket), compare);
}

void listening_release(struct listening *listening)
{
        for (size_t i = 0; i < listening->count; i++)
                free(listening->item[i].socket);
        free(listening->item);
        *listening = (struct listening){0};
}
