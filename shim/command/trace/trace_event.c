/* What the process that answers traced workers tells the one that reports. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_event.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

bool trace_event_send(int socket, const struct trace_event *event)
{
        size_t size = offsetof(struct trace_event, path) + strlen(event->path) + 1;

        return send(socket, event, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

int trace_event_receive(int socket, struct trace_event *ret_event)
{
        ssize_t length = recv(socket, ret_event, sizeof(*ret_event), 0);

        if (length < 0)
                return errno == EINTR ? -1 : 0;
        return length > 0;
}
