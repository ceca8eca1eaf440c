/* The sockets of a process that tell what it is: those it made itself, and those it serves with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/sockets.h"

#include "system/descriptors.h"
#include "system/kernel.h"
#include "system/written_at_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

/* Sockets that are noted, by their inodes: a number is given again, and a duplicate has another. */
#define INODES 128

struct inodes {
        uint64_t *item;
        unsigned count;
        bool overflow;
};

static uint64_t own_items[INODES], bound_items[INODES];
static WRITTEN_AT_ENTRY struct inodes own = {.item = own_items}, bound = {.item = bound_items};

static void note(struct inodes *inodes, int fd)
{
        struct file_facts facts;

        if (fd < 0 || kernel_facts(fd, "", 0, &facts) < 0)
                return;
        if (inodes->count < INODES)
                inodes->item[inodes->count++] = facts.identity.inode;
        else
                inodes->overflow = true;
}

/* Where it cannot be told, it is @otherwise. */
static bool is_noted(const struct inodes *inodes, int fd, bool otherwise)
{
        struct file_facts facts;

        if (inodes->count == 0)
                return false;
        if (kernel_facts(fd, "", 0, &facts) < 0)
                return otherwise;
        for (unsigned i = 0; i < inodes->count; i++)
                if (inodes->item[i] == facts.identity.inode)
                        return true;
        return inodes->overflow && otherwise;
}

/* If the kernel does not say, though it is open and a socket, the answer is assumed. */
static bool holds(int answer, int wanted)
{
        return answer == wanted || (answer < 0 && answer != -ENOTSOCK && answer != -EBADF);
}

void sockets_note_own(int fd)
{
        note(&own, fd);
}

/* What is not known to be its own was inherited: that is the safe answer. */
bool sockets_is_own(int fd)
{
        return is_noted(&own, fd, false);
}

void sockets_forget_own(void)
{
        own.count = 0;
        own.overflow = false;
}

static bool is_internet(int fd)
{
        int domain = kernel_socket_option(fd, SO_DOMAIN);

        return holds(domain, AF_INET) || holds(domain, AF_INET6);
}

static bool is_datagram(int fd)
{
        return holds(kernel_socket_option(fd, SO_TYPE), SOCK_DGRAM) && is_internet(fd);
}

static bool has_peer(int fd)
{
        struct sockaddr_storage address;
        socklen_t length = sizeof(address);

        return kernel_call(SYS_getpeername, fd, (long)&address, (long)&length, 0, 0) == 0;
}

/* The port stands at the same place in both kinds of address, also in shorter and older ones. */
static bool names_port(const struct sockaddr *address, socklen_t length)
{
        struct sockaddr_in begin = {0};

        if (length < offsetof(struct sockaddr_in, sin_addr))
                return false;
        memcpy(&begin, address, offsetof(struct sockaddr_in, sin_addr));
        return begin.sin_port != 0;
}

bool sockets_note_bound(int fd, const struct sockaddr *address, socklen_t length)
{
        if (!names_port(address, length) || !is_datagram(fd))
                return false;
        note(&bound, fd);
        return true;
}

bool sockets_any_bound(void)
{
        return bound.count > 0;
}

bool sockets_is_bound(int fd)
{
        return is_noted(&bound, fd, true) && sockets_is_one(fd) && !has_peer(fd);
}

bool sockets_is_connection(int fd)
{
        return holds(kernel_socket_option(fd, SO_TYPE), SOCK_STREAM) && is_internet(fd) &&
               has_peer(fd);
}

static bool stays_open(int fd)
{
        int flags = kernel_fcntl(fd, F_GETFD, 0);

        return flags >= 0 && !(flags & FD_CLOEXEC);
}

bool sockets_is_client(int fd)
{
        return sockets_is_connection(fd) && !sockets_is_own(fd);
}

bool sockets_is_connection_handed_over(int fd)
{
        return stays_open(fd) && sockets_is_client(fd);
}

bool sockets_is_one(int fd)
{
        int type = kernel_socket_option(fd, SO_TYPE);

        return type >= 0 || holds(type, 0);
}

bool sockets_is_listening(int fd)
{
        return holds(kernel_socket_option(fd, SO_ACCEPTCONN), 1);
}

bool sockets_serves(int fd)
{
        return sockets_is_listening(fd) || sockets_is_bound(fd);
}

bool sockets_is_handed_over(int fd)
{
        return stays_open(fd) && sockets_serves(fd);
}

/* Bound, and not connected: who asks one server is connected to it. */
static bool note_inherited(int fd)
{
        struct sockaddr_storage address;
        socklen_t length = sizeof(address);

        if (kernel_socket_option(fd, SO_TYPE) == SOCK_DGRAM && is_datagram(fd) && !has_peer(fd) &&
                kernel_call(SYS_getsockname, fd, (long)&address, (long)&length, 0, 0) == 0 &&
                names_port((struct sockaddr *)&address, length))
                note(&bound, fd);
        return false;
}

static bool listens(int fd)
{
        return kernel_socket_option(fd, SO_ACCEPTCONN) == 1;
}

bool sockets_note_inherited(void)
{
        /* Nearly every program starts without one. */
        if (!descriptors_any_of_one_thread(sockets_is_one))
                return false;
        descriptors_any_of_one_thread(note_inherited);
        return sockets_any_bound() || descriptors_any_of_one_thread(listens);
}

bool sockets_were_received(const struct msghdr *message, bool (*wanted)(int fd))
{
        for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
                part = CMSG_NXTHDR((struct msghdr *)(uintptr_t)message, part)) {
                size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);

                if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
                        continue;
                for (size_t i = 0; i < count; i++) {
                        int fd;

                        memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd), sizeof(fd));
                        if (wanted(fd))
                                return true;
                }
        }
        return false;
}
