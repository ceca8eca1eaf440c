/* Answers one traced worker: lets its calls go on, and tells what they ask for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_answer.h"

#include "command/memory.h"
#include "command/trace/trace_look.h"
#include "jail/trace.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Since Linux 6.7: who waits for the other runs at once, on the same processor. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/*
 * @listener: of the worker.
 * @channel:  -1 once nobody hears it.
 * @lost:     counts what could not be read or told, of all workers.
 */
struct answerer {
        int listener;
        int channel;
        atomic_ulong *lost;
        const struct seccomp_notif_sizes *sizes;
        struct seccomp_notif *notification;
        struct seccomp_notif_resp *response;
        struct trace_event event;
};

/* The kernel's own structure may be larger than ours, or smaller. */
static void *allocate(size_t size, size_t least)
{
        return memory_grow(NULL, 1, size > least ? size : least);
}

static void tell(struct answerer *answerer, const struct trace_event *event)
{
        if (!trace_event_send(answerer->channel, event))
                ++*answerer->lost;
}

static bool say(int connection, char word)
{
        return send(connection, &word, 1, MSG_NOSIGNAL) == 1;
}

/* Return: the descriptor that the worker gives; -1 if it goes away, or gives none. */
static int receive_listener(int connection)
{
        char word = 0;
        struct iovec data = {&word, 1};
        union {
                struct cmsghdr header;
                char room[CMSG_SPACE(sizeof(int))];
        } control;
        struct msghdr message = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control)};
        struct cmsghdr *header;
        int listener = -1;

        if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) != 1 || word != TRACE_LISTENER)
                return -1;
        header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_type == SCM_RIGHTS)
                memcpy(&listener, CMSG_DATA(header), sizeof(listener));
        return listener;
}

/* Return: false if the listener is none: who waits for nothing is not to go round for ever. */
static bool answer(struct answerer *answerer)
{
        struct seccomp_notif *notification = answerer->notification;
        struct seccomp_notif_resp *response = answerer->response;
        struct trace_base base = TRACE_BASE_NONE;
        int listener = answerer->listener, found;

        memset(notification, 0, answerer->sizes->seccomp_notif);
        memset(response, 0, answerer->sizes->seccomp_notif_resp);
        /* ENOENT: the task was killed first. */
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification) < 0)
                return errno == ENOENT || errno == EINTR;
        found = answerer->channel < 0 ? 0 : trace_call_read(notification, &answerer->event, &base);
        if (found && ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &notification->id) < 0)
                found = 0;
        /* Before the answer: who sees that a worker has done its work may end the trace at once. */
        if (found < 0) {
                ++*answerer->lost;
        } else if (found) {
                trace_look(&base, &answerer->event);
                tell(answerer, &answerer->event);
        }
        response->id = notification->id;
        response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, response);
        trace_base_close(&base);
        return true;
}

static void answer_all(struct answerer *answerer)
{
        struct pollfd fds[] = {{answerer->listener, POLLIN, 0}, {answerer->channel, 0, 0}};

        /* POLLHUP: no task has the filter any more. */
        while (!(fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))) {
                poll(fds, 2, -1);
                if (fds[1].revents)
                        fds[1].fd = answerer->channel = -1;
                if ((fds[0].revents & POLLIN) && !answer(answerer))
                        return;
        }
}

void trace_answer(
        int connection, int channel, atomic_ulong *lost, const struct seccomp_notif_sizes *sizes)
{
        struct answerer answerer = {.channel = channel, .lost = lost, .sizes = sizes};
        struct ucred worker = {0};
        struct trace_event begin = {.what = TRACE_EVENT_BEGIN};
        socklen_t size = sizeof(worker);

        answerer.notification = allocate(sizes->seccomp_notif, sizeof(*answerer.notification));
        answerer.response = allocate(sizes->seccomp_notif_resp, sizeof(*answerer.response));
        if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &worker, &size) < 0 ||
                !say(connection, TRACE_READY))
                return;
        answerer.listener = receive_listener(connection);
        if (answerer.listener < 0)
                return;
        begin.task = worker.pid;
        ioctl(answerer.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
        tell(&answerer, &begin);
        if (say(connection, TRACE_TAKEN))
                answer_all(&answerer);
}
