/* What a process does as a server: it listens, accepts, and waits for clients, or receives them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/lookup.h"
#include "process/readiness.h"
#include "process/self.h"
#include "process/sockets.h"

#include <errno.h>

void process_accept(int fd)
{
        if (!process_is_undecided() || !sockets_is_listening(fd))
                return;
        if (self->problem)
                self_stop(self->problem);
        process_event(EVENT_ACCEPT);
}

void process_made_socket(int fd)
{
        if (self->role == CHROOTSHIM_PENDING && self_owns_memory())
                sockets_note_own(fd);
}

void process_receive(int fd)
{
        if (!process_is_undecided() || !(self->serving || process_may_be_worker()) ||
                !sockets_is_one(fd))
                return;
        if (sockets_is_bound(fd))
                process_event(EVENT_ASKED);
        else if (process_may_be_worker() && !sockets_is_own(fd))
                process_event(EVENT_RECEIVE);
}

void process_watches(int fd)
{
        if (process_may_be_asked() && sockets_is_bound(fd))
                process_event(EVENT_ASKED);
}

void process_polls(const struct pollfd *fds, nfds_t count)
{
        process_wait(EVENT_TOUCH);
        if (!process_may_be_asked() || !sockets_any_bound() || !fds)
                return;
        for (nfds_t i = 0; i < count; i++)
                if (fds[i].events & (POLLIN | POLLRDNORM))
                        process_watches(fds[i].fd);
}

/* FD_ISSET() would not do: a set may be larger than libc's. */
static bool is_in(int fd, const fd_set *set)
{
        const fd_mask *words = (const fd_mask *)set;

        return words[fd / NFDBITS] & (fd_mask)(1UL << fd % NFDBITS);
}

void process_selects(int count, const fd_set *read)
{
        process_wait(EVENT_TOUCH);
        if (!process_may_be_asked() || !sockets_any_bound() || !read)
                return;
        /* As the kernel does, look no further into the set than descriptors are open. */
        for (int fd = 0; fd < count; fd++)
                if (sockets_is_one(fd) && is_in(fd, read))
                        process_watches(fd);
}

/* A process of its own memory, or one that clone(2) made before there was a witness: a vfork()
 * child neither listens nor binds. */
static bool takes_part(void)
{
        if (self_owns_memory())
                return true;
        if (self->witness != &readiness_never_copied)
                return false;
        process_after_fork(&(struct forking){.place = -1});
        return true;
}

void process_received(const struct msghdr *message)
{
        if (!process_is_undecided() || !message->msg_control || !takes_part())
                return;
        if (sockets_were_received(message, sockets_serves))
                self->serving = true;
        if (!sockets_were_received(message, sockets_is_connection))
                return;
        self->serving = true;
        if (!self->has_workers)
                process_event(EVENT_ACCEPT);
}

void process_listen(void)
{
        int saved = errno;

        if (!process_is_undecided() || !takes_part())
                return;
        if (self->problem)
                self_stop(self->problem);
        self_check_dropped();
        self_prepare();
        errno = saved;
}

void process_listened(void)
{
        if (process_is_undecided() && takes_part())
                self->serving = self->is_server = self->made_serving_socket = true;
}

void process_bound(int fd, const struct sockaddr *address, socklen_t length)
{
        int saved = errno;

        if (process_is_undecided() && !lookup_is_on() && takes_part() &&
                sockets_note_bound(fd, address, length)) {
                process_listen();
                process_listened();
        }
        errno = saved;
}
