/* What the process that answers traced workers tells the one that reports. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_event.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define DESCRIPTORS 2

union control {
        struct cmsghdr header;
        char room[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
};

bool trace_event_send(int socket, const struct trace_event *event)
{
        struct iovec data = {(void *)(uintptr_t)event,
                offsetof(struct trace_event, path) + strlen(event->path) + 1};
        struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
        union control control = {0};
        int descriptors[DESCRIPTORS], count = 0;

        if (event->root >= 0)
                descriptors[count++] = event->root;
        if (event->directory >= 0)
                descriptors[count++] = event->directory;
        if (count > 0) {
                message.msg_control = &control;
                message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
                control.header.cmsg_level = SOL_SOCKET;
                control.header.cmsg_type = SCM_RIGHTS;
                control.header.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
                memcpy(CMSG_DATA(&control.header), descriptors, (size_t)count * sizeof(int));
        }
        return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* They come in the order in which they were sent; those that the sender had were not -1. */
static void take_descriptors(struct msghdr *message, struct trace_event *event)
{
        struct cmsghdr *header = CMSG_FIRSTHDR(message);
        size_t count = 0;
        int *wanted[] = {&event->root, &event->directory};
        int descriptors[DESCRIPTORS];

        if (header && header->cmsg_type == SCM_RIGHTS) {
                count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
                memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
        }
        for (size_t i = 0, next = 0; i < DESCRIPTORS; i++)
                *wanted[i] = *wanted[i] >= 0 && next < count ? descriptors[next++] : -1;
}

int trace_event_receive(int socket, struct trace_event *ret_event)
{
        struct iovec data = {ret_event, sizeof(*ret_event)};
        union control control;
        struct msghdr message = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control)};
        ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);

        if (length < 0)
                return errno == EINTR ? -1 : 0;
        if (length == 0)
                return 0;
        take_descriptors(&message, ret_event);
        return 1;
}
