/* Hooks of sockets: listening, serving, and the names of Unix sockets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"
#include "view/address.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>

static const struct sockaddr *inside_address(
        const struct sockaddr *address, socklen_t *length, struct sockaddr_un *copy)
{
        return process_is_jailed()
                       ? address_inside(&this_process()->translation, address, length, copy)
                       : address;
}

/* Would the socket be made in place of a hidden ancestor? Then errno is EACCES. */
static bool binds_ancestor(const struct sockaddr *address, socklen_t length)
{
        char buffer[ADDRESS_PATH_SIZE];
        const char *path = process_is_jailed() ? address_path(address, length, buffer) : NULL;

        return is_hidden_ancestor(path, path) && ancestor_refused(path);
}

INTERPOSE(int, bind, (int fd, const struct sockaddr *address, socklen_t length))
{
        struct sockaddr_un copy;
        int result;

        process_wait(EVENT_TOUCH);
        if (binds_ancestor(address, length))
                return -1;
        address = inside_address(address, &length, &copy);
        result = real(bind)(fd, address, length);
        if (result == 0)
                process_bound(fd, address, length);
        return result;
}

INTERPOSE(int, connect, (int fd, const struct sockaddr *address, socklen_t length))
{
        struct sockaddr_un copy;

        process_wait(EVENT_TOUCH);
        address = inside_address(address, &length, &copy);
        return real(connect)(fd, address, length);
}

INTERPOSE(int, __connect, (int fd, const struct sockaddr *address, socklen_t length))
{
        return hook_connect(fd, address, length);
}

INTERPOSE_UNUSUAL(ssize_t, sendto,
        (int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
                socklen_t length),
        process_is_calm() && !address, (fd, data, size, flags, address, length))
{
        struct sockaddr_un copy;

        process_writes(fd);
        address = inside_address(address, &length, &copy);
        return real(sendto)(fd, data, size, flags, address, length);
}

INTERPOSE_UNUSUAL(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),
        process_is_calm() && message && !message->msg_name, (fd, message, flags))
{
        struct sockaddr_un copy;
        struct msghdr inside;
        const struct sockaddr *address;

        process_writes(fd);
        if (!process_is_jailed() || !message || !message->msg_name)
                return real(sendmsg)(fd, message, flags);
        inside = *message;
        address = inside_address(message->msg_name, &inside.msg_namelen, &copy);
        if (address == message->msg_name)
                return real(sendmsg)(fd, message, flags);
        inside.msg_name = &copy;
        return real(sendmsg)(fd, &inside, flags);
}

/* One at a time: each may need an address of its own in place of the caller's. */
INTERPOSE(int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags))
{
        int before = errno;

        process_writes(fd);
        if (!process_is_jailed() || count == 0)
                return real(sendmmsg)(fd, messages, count, flags);
        for (unsigned i = 0; i < count && i < IOV_MAX; i++) {
                ssize_t sent = hook_sendmsg(fd, &messages[i].msg_hdr, flags);

                if (sent < 0 && i == 0)
                        return -1;
                if (sent < 0) {
                        errno = before;
                        return (int)i;
                }
                messages[i].msg_len = (unsigned)sent;
        }
        return (int)(count < IOV_MAX ? count : IOV_MAX);
}

INTERPOSE_UNUSUAL(int, socket, (int family, int type, int protocol), process_is_calm(),
        (family, type, protocol))
{
        int fd = real(socket)(family, type, protocol);

        process_made_socket(fd);
        return fd;
}

INTERPOSE_UNUSUAL(int, socketpair, (int family, int type, int protocol, int ret_fds[2]),
        process_is_calm(), (family, type, protocol, ret_fds))
{
        int result = real(socketpair)(family, type, protocol, ret_fds);

        if (result == 0) {
                process_made_socket(ret_fds[0]);
                process_made_socket(ret_fds[1]);
        }
        return result;
}

INTERPOSE(int, listen, (int fd, int backlog))
{
        int result;

        process_listen();
        result = real(listen)(fd, backlog);
        if (result == 0)
                process_listened();
        return result;
}

INTERPOSE_UNUSUAL(int, accept, (int fd, struct sockaddr *ret_address, socklen_t *length),
        process_is_quiet(), (fd, ret_address, length))
{
        int client;

        process_accept(fd);
        client = real(accept)(fd, ret_address, length);
        process_accepted(client);
        return client;
}

INTERPOSE_UNUSUAL(int, accept4,
        (int fd, struct sockaddr *ret_address, socklen_t *length, int flags), process_is_quiet(),
        (fd, ret_address, length, flags))
{
        int client;

        process_accept(fd);
        client = real(accept4)(fd, ret_address, length, flags);
        process_accepted(client);
        return client;
}

INTERPOSE_UNUSUAL(ssize_t, recv, (int fd, void *buffer, size_t size, int flags), process_is_quiet(),
        (fd, buffer, size, flags))
{
        process_receive(fd);
        return real(recv)(fd, buffer, size, flags);
}

INTERPOSE_UNUSUAL(ssize_t, __recv_chk,
        (int fd, void *buffer, size_t size, size_t buffer_size, int flags), process_is_quiet(),
        (fd, buffer, size, buffer_size, flags))
{
        process_receive(fd);
        return real(__recv_chk)(fd, buffer, size, buffer_size, flags);
}

INTERPOSE_UNUSUAL(ssize_t, recvfrom,
        (int fd, void *buffer, size_t size, int flags, struct sockaddr *ret_address,
                socklen_t *length),
        process_is_quiet(), (fd, buffer, size, flags, ret_address, length))
{
        process_receive(fd);
        return real(recvfrom)(fd, buffer, size, flags, ret_address, length);
}

INTERPOSE_UNUSUAL(ssize_t, __recvfrom_chk,
        (int fd, void *buffer, size_t size, size_t buffer_size, int flags,
                struct sockaddr *ret_address, socklen_t *length),
        process_is_quiet(), (fd, buffer, size, buffer_size, flags, ret_address, length))
{
        process_receive(fd);
        return real(__recvfrom_chk)(fd, buffer, size, buffer_size, flags, ret_address, length);
}

INTERPOSE_UNUSUAL(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), process_is_quiet(),
        (fd, message, flags))
{
        ssize_t length;

        process_receive(fd);
        length = real(recvmsg)(fd, message, flags);
        if (length >= 0)
                process_received(message);
        return length;
}

INTERPOSE_UNUSUAL(int, recvmmsg,
        (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout),
        process_is_quiet(), (fd, messages, count, flags, timeout))
{
        int received;

        process_receive(fd);
        received = real(recvmmsg)(fd, messages, count, flags, timeout);
        for (int i = 0; i < received; i++)
                process_received(&messages[i].msg_hdr);
        return received;
}

#if HOOKS_TIME64
INTERPOSE(ssize_t, __sendmsg64, (int fd, const struct msghdr *message, int flags))
{
        return hook_sendmsg(fd, message, flags);
}

INTERPOSE(int, __sendmmsg64, (int fd, struct mmsghdr *messages, unsigned count, int flags))
{
        return hook_sendmmsg(fd, messages, count, flags);
}

INTERPOSE(ssize_t, __recvmsg64, (int fd, struct msghdr *message, int flags))
{
        ssize_t length;

        process_receive(fd);
        length = real(__recvmsg64)(fd, message, flags);
        if (length >= 0)
                process_received(message);
        return length;
}

INTERPOSE(int, __recvmmsg64,
        (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout))
{
        int received;

        process_receive(fd);
        received = real(__recvmmsg64)(fd, messages, count, flags, timeout);
        for (int i = 0; i < received; i++)
                process_received(&messages[i].msg_hdr);
        return received;
}
#endif
