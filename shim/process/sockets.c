/* The sockets of a process that tell what it is: those it made itself, and those it serves with. */
#include "process/sockets.h"

#include "system/descriptors.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

/* The inode of each socket that is noted, by its number; 0 for none. A server has few of them. */
static struct {
        uint64_t own[DESCRIPTORS_TRIED];
        uint64_t bound[DESCRIPTORS_TRIED];
        bool any_own, any_bound;
} noted;

/* 0 if it is none, or cannot be looked at. */
static uint64_t inode_of(int fd)
{
        struct file_facts facts;

        return fd >= 0 && fd < DESCRIPTORS_TRIED && kernel_facts(fd, "", 0, &facts) == 0
                       ? facts.identity.inode
                       : 0;
}

/* What cannot be looked at, though it is open and a socket, is no better than what serves. */
static bool holds(int answer, int wanted)
{
        return answer == wanted || (answer < 0 && answer != -ENOTSOCK && answer != -EBADF);
}

void sockets_note_own(int fd)
{
        uint64_t inode = inode_of(fd);

        if (inode == 0)
                return;
        noted.own[fd] = inode;
        noted.any_own = true;
}

bool sockets_is_own(int fd)
{
        uint64_t inode = noted.any_own ? inode_of(fd) : 0;

        return inode != 0 && noted.own[fd] == inode;
}

/* What was never touched is not touched here: its pages are not there. */
void sockets_forget_own(void)
{
        if (!noted.any_own)
                return;
        memset(noted.own, 0, sizeof(noted.own));
        noted.any_own = false;
}

static bool names_port(const struct sockaddr *address, socklen_t length)
{
        struct sockaddr_in6 wide;
        struct sockaddr_in narrow;

        if (length >= sizeof(narrow) && address->sa_family == AF_INET) {
                memcpy(&narrow, address, sizeof(narrow));
                return narrow.sin_port != 0;
        }
        if (length >= sizeof(wide) && address->sa_family == AF_INET6) {
                memcpy(&wide, address, sizeof(wide));
                return wide.sin6_port != 0;
        }
        return false;
}

bool sockets_would_serve(int fd, const struct sockaddr *address, socklen_t length)
{
        return address && names_port(address, length) &&
               holds(kernel_socket_option(fd, SO_TYPE), SOCK_DGRAM);
}

void sockets_note_bound(int fd)
{
        uint64_t inode = inode_of(fd);

        if (inode == 0)
                return;
        noted.bound[fd] = inode;
        noted.any_bound = true;
}

bool sockets_is_bound(int fd)
{
        uint64_t inode = noted.any_bound ? inode_of(fd) : 0;

        return inode != 0 && noted.bound[fd] == inode;
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

/* Bound to a port, and to nobody in particular: a socket that asks one server is connected. */
static bool is_unconnected_datagram(int fd)
{
        struct sockaddr_storage address;
        socklen_t length = sizeof(address);

        if (kernel_socket_option(fd, SO_TYPE) != SOCK_DGRAM ||
                kernel_call(SYS_getsockname, fd, (long)&address, (long)&length, 0, 0) < 0 ||
                !names_port((struct sockaddr *)&address, length))
                return false;
        length = sizeof(address);
        return kernel_call(SYS_getpeername, fd, (long)&address, (long)&length, 0, 0) < 0;
}

bool sockets_serves(int fd)
{
        return sockets_is_listening(fd) || sockets_is_bound(fd);
}

bool sockets_is_handed_over(int fd)
{
        int flags = kernel_fcntl(fd, F_GETFD, 0);

        return flags >= 0 && !(flags & FD_CLOEXEC) && sockets_serves(fd);
}

static bool note_inherited(int fd)
{
        if (!is_unconnected_datagram(fd))
                return false;
        noted.bound[fd] = inode_of(fd);
        noted.any_bound = true;
        return false;
}

bool sockets_note_inherited(void)
{
        descriptors_any(note_inherited);
        return noted.any_bound || descriptors_any(sockets_is_listening);
}
