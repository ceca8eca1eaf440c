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

static void judge_receive(int fd)
{
        if (!process_is_undecided() || !(self->serving || process_may_be_worker()) ||
                !sockets_is_one(fd))
                return;
        if (sockets_is_bound(fd))
                process_event(EVENT_ASKED);
        else if (process_may_be_worker() && !sockets_is_own(fd))
                process_event(EVENT_RECEIVE);
}

/* Whatever a client sends, it is what the worker dies of then. */
static void note_datagrams(int fd)
{
        if (process_is_unserved() && sockets_is_bound(fd))
                process_served();
}

void process_receive(int fd)
{
        judge_receive(fd);
        note_datagrams(fd);
}

/* A vfork() child waits in its parent's memory, and for a moment only. */
static void judge_watch(int fd)
{
        if (process_may_be_asked() && self_owns_memory() && sockets_is_bound(fd))
                process_event(EVENT_ASKED);
}

void process_watches(int fd)
{
        judge_watch(fd);
        if (!self->watches_datagrams && (process_is_undecided() || process_is_unserved()) &&
                sockets_is_bound(fd))
                self->watches_datagrams = true;
}

/* Is there anything to do for who waits for datagrams? False on the hot paths. */
static bool counts_datagrams(void)
{
        return (process_may_be_asked() || process_is_unserved()) && sockets_any_bound();
}

static void came(int fd)
{
        judge_watch(fd);
        note_datagrams(fd);
}

void process_polled(int ready, const struct pollfd *fds, nfds_t count)
{
        const short in = POLLIN | POLLRDNORM;

        if (ready <= 0 || !counts_datagrams())
                return;
        for (nfds_t i = 0; i < count; i++)
                if ((fds[i].events & in) && (fds[i].revents & ~POLLNVAL))
                        came(fds[i].fd);
}

/* FD_ISSET() would not do: a set may be larger than libc's. */
static fd_mask word_of(const fd_set *set, int index)
{
        return set ? ((const fd_mask *)set)[index] : 0;
}

static void watch_word(fd_mask word, int first)
{
        for (int bit = 0; bit < NFDBITS; bit++)
                if (word & (fd_mask)(1UL << bit))
                        came(first + bit);
}

void process_selected(
        int ready, int count, const fd_set *read, const fd_set *write, const fd_set *except)
{
        if (ready <= 0 || !read || !counts_datagrams())
                return;
        /* The kernel looks no further into the sets than descriptors are open: neither does this,
         * for all that are ready have been seen by then. */
        for (int i = 0; ready > 0 && i <= (count - 1) / NFDBITS; i++) {
                fd_mask words[] = {word_of(read, i), word_of(write, i), word_of(except, i)};

                for (size_t set = 0; set < sizeof(words) / sizeof(words[0]); set++)
                        ready -= __builtin_popcountl((unsigned long)words[set]);
                watch_word(words[0], i * NFDBITS);
        }
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

static void judge_received(const struct msghdr *message)
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

void process_received(const struct msghdr *message)
{
        judge_received(message);
        if (process_is_unserved() && message->msg_control &&
                sockets_were_received(message, sockets_is_connection))
                process_served();
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
        } else if (process_is_jailed() && process_is_unserved() && !lookup_is_on()) {
                /* With SO_REUSEPORT each worker binds a socket of its own. */
                sockets_note_bound(fd, address, length);
        }
        errno = saved;
}
