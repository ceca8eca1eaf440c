/* The keeper as others see it: its socket, and a worker that asks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/keeper.h"

#include "jail/enter.h"
#include "supply/plan_image.h"
#include "system/descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int make_socket(void)
{
        return (int)kernel_call(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, 0, 0);
}

int keeper_bind(struct refresher *refresher)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const size_t head = offsetof(struct sockaddr_un, sun_path);
        socklen_t length = sizeof(address);
        int fd = make_socket(), error;

        if (fd < 0)
                return fd;
        error = (int)kernel_call(SYS_bind, fd, (long)&address, sizeof(sa_family_t), 0, 0);
        if (error == 0)
                error = (int)kernel_call(SYS_getsockname, fd, (long)&address, (long)&length, 0, 0);
        if (error == 0 && (length <= head || length - head > sizeof(refresher->address)))
                error = -EIO;
        if (error < 0) {
                kernel_close(fd);
                return error;
        }
        refresher->address_length = length - head;
        memcpy(refresher->address, address.sun_path, refresher->address_length);
        return fd;
}

/* A signal that the worker handles ends no wait, but each may begin the time anew. */
static long insist(long number, int fd, const void *memory, long size)
{
        const int64_t deadline = kernel_milliseconds() + KEEPER_PATIENCE;
        long result;

        do
                result = kernel_call(number, fd, (long)memory, size, 0, 0);
        while (result == -EINTR && kernel_milliseconds() < deadline);
        return result;
}

/* Whoever else has that name by now could hand out any jail. */
static int check_peer(int fd, const struct refresher *refresher)
{
        struct ucred peer = {0};
        socklen_t size = sizeof(peer);
        long error =
                kernel_call(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, (long)&peer, (long)&size);

        if (error < 0)
                return (int)error;
        return peer.pid == refresher->pid && peer.uid == geteuid() ? 0 : -EPERM;
}

static int call(int fd, const struct refresher *refresher, uid_t uid)
{
        const struct timeval patience = {.tv_sec = KEEPER_PATIENCE / 1000};
        const struct keeper_request request = {sizeof(struct keeper_answer), uid};
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        long error;

        memcpy(address.sun_path, refresher->address, refresher->address_length);
        kernel_call(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, (long)&patience, sizeof(patience));
        kernel_call(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, (long)&patience, sizeof(patience));
        error = insist(SYS_connect, fd, &address,
                (long)(offsetof(struct sockaddr_un, sun_path) + refresher->address_length));
        if (error == 0)
                error = check_peer(fd, refresher);
        if (error == 0)
                error = insist(SYS_write, fd, &request, sizeof(request));
        return error < 0 ? (int)error : 0;
}

/* Return: how many descriptors came; a negative error number. */
static int hear(int fd, struct keeper_answer *ret_answer, int *ret_fds)
{
        union {
                char bytes[CMSG_SPACE(KEEPER_DESCRIPTORS * sizeof(int))];
                struct cmsghdr align;
        } control;
        struct iovec part = {ret_answer, sizeof(*ret_answer)};
        struct msghdr message = {.msg_iov = &part,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control)};
        long length = insist(SYS_recvmsg, fd, &message, MSG_CMSG_CLOEXEC);
        const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        size_t count;

        if (length < 0)
                return (int)length;
        if (length == 0)
                return -EPIPE;
        if ((size_t)length != sizeof(*ret_answer))
                return -EIO;
        if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
                return 0;
        count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(ret_fds, CMSG_DATA(header), count * sizeof(int));
        for (size_t i = 0; i < count; i++)
                ret_fds[i] = descriptor_raise(ret_fds[i]);
        return (int)count;
}

/* Why there is no answer. */
static void fail(struct failure *failure, int error, uid_t uid)
{
        const bool gone = error == -ECONNREFUSED || error == -EPIPE || error == -ECONNRESET;
        const bool late = error == -EAGAIN || error == -EINTR;

        failure_set(failure, gone || late ? 0 : error, NULL, NULL,
                gone   ? "look at the lines above; the server's next fork starts another one"
                : late ? "look at the file systems of what is exposed"
                       : "allow AF_UNIX in RestrictAddressFamilies= of the unit, and "
                         "@system-service in SystemCallFilter=");
        failure_reason(failure, "for uid %u, the process that keeps the jails of users %s", uid,
                gone   ? "has ended"
                : late ? "does not answer"
                       : "cannot be asked");
}

static int take(struct plan *plan, const int *fds, int count, char ***ret_variables)
{
        int error = count < 1 ? -EIO : plan_image_take(fds[0], plan, ret_variables);

        if (error == 0 &&
                (plan->settings.isolation == ISOLATION_NAMESPACE) != (count == KEEPER_DESCRIPTORS))
                error = -EIO;
        if (count > 0)
                kernel_close(fds[0]);
        if (count == KEEPER_DESCRIPTORS) {
                jail_take_namespace(&plan->jail, fds[1]);
                plan->jail.ipc = fds[2];
        }
        return error;
}

const char *keeper_ask(
        struct plan *plan, uid_t uid, struct keeper_answer *ret_answer, char ***ret_variables)
{
        const struct refresher *refresher = &plan->refresher;
        CLOSED_AT_END int fd = make_socket();
        int fds[KEEPER_DESCRIPTORS] = {-1, -1, -1}, count = 0, error = fd;
        struct failure failure;

        ret_answer->log[0] = '\0';
        if (error >= 0)
                error = refresher->address_length > 0 ? call(fd, refresher, uid) : -ECONNREFUSED;
        if (error >= 0)
                error = count = hear(fd, ret_answer, fds);
        if (error >= 0 && ret_answer->result < 0)
                return ret_answer->text;
        if (error >= 0)
                error = take(plan, fds, count, ret_variables);
        if (error >= 0)
                return NULL;
        fail(&failure, error, uid);
        failure.jail = plan->settings.jail;
        return failure_text(&failure, ret_answer->text, sizeof(ret_answer->text));
}
