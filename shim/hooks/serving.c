/* Hooks of what a process does when it waits or serves: they may jail a pending child. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"
#include "process/process.h"
#include "system/kernel.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <threads.h>

/* A worker of httpd's prefork that waits for its turn to accept gets no further than this. */
INTERPOSE_UNUSUAL(int, epoll_create, (int size), process_is_calm(), (size))
{
        process_wait(EVENT_TOUCH);
        return real(epoll_create)(size);
}

INTERPOSE_UNUSUAL(int, epoll_create1, (int flags), process_is_calm(), (flags))
{
        process_wait(EVENT_TOUCH);
        return real(epoll_create1)(flags);
}

/* What comes of it may be received past any hook (libuv calls recvmmsg() by syscall()). */
INTERPOSE_UNUSUAL(int, epoll_ctl, (int epoll, int operation, int fd, struct epoll_event *event),
        process_is_quiet(), (epoll, operation, fd, event))
{
        if (operation != EPOLL_CTL_DEL)
                process_watches(fd);
        return real(epoll_ctl)(epoll, operation, fd, event);
}

INTERPOSE_UNUSUAL(int, epoll_wait, (int epoll, struct epoll_event *events, int count, int timeout),
        process_is_quiet(), (epoll, events, count, timeout))
{
        process_epoll_waits();
        return real(epoll_wait)(epoll, events, count, timeout);
}

INTERPOSE_UNUSUAL(int, epoll_pwait,
        (int epoll, struct epoll_event *events, int count, int timeout, const sigset_t *mask),
        process_is_quiet(), (epoll, events, count, timeout, mask))
{
        process_epoll_waits();
        return real(epoll_pwait)(epoll, events, count, timeout, mask);
}

INTERPOSE_UNUSUAL(int, epoll_pwait2,
        (int epoll, struct epoll_event *events, int count, const struct timespec *timeout,
                const sigset_t *mask),
        process_is_quiet(), (epoll, events, count, timeout, mask))
{
        process_epoll_waits();
        return real(epoll_pwait2)(epoll, events, count, timeout, mask);
}

INTERPOSE(int, pthread_create,
        (pthread_t * ret_thread, const pthread_attr_t *attributes, void *(*start)(void *),
                void *argument))
{
        process_event(EVENT_THREAD);
        return real(pthread_create)(ret_thread, attributes, start, argument);
}

INTERPOSE(int, thrd_create, (thrd_t * ret_thread, thrd_start_t start, void *argument))
{
        process_event(EVENT_THREAD);
        return real(thrd_create)(ret_thread, start, argument);
}

typedef int poll_type(struct pollfd *fds, nfds_t count, int timeout);

/* An early child does not sleep through the moment at which it is to be jailed. */
static int poll_early(poll_type *function, struct pollfd *fds, nfds_t count, int timeout)
{
        int64_t end = kernel_milliseconds() + timeout;
        int ready = 0;

        while (ready == 0 && (timeout < 0 || timeout > PROCESS_SHORT_WAIT) &&
                process_waits_shortly()) {
                ready = function(fds, count, PROCESS_SHORT_WAIT);
                process_wait(EVENT_TOUCH);
                if (timeout >= 0) {
                        int64_t left = end - kernel_milliseconds();

                        timeout = left > 0 ? (int)left : 0;
                }
        }
        return ready == 0 ? function(fds, count, timeout) : ready;
}

static int poll_by(poll_type *function, struct pollfd *fds, nfds_t count, int timeout)
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = process_is_early() ? poll_early(function, fds, count, timeout)
                                   : function(fds, count, timeout);
        process_polled(ready, fds, count);
        return ready;
}

INTERPOSE_UNUSUAL(int, poll, (struct pollfd * fds, nfds_t count, int timeout), process_is_quiet(),
        (fds, count, timeout))
{
        return poll_by(real(poll), fds, count, timeout);
}

INTERPOSE_UNUSUAL(int, __poll, (struct pollfd * fds, nfds_t count, int timeout), process_is_quiet(),
        (fds, count, timeout))
{
        return poll_by(real(__poll), fds, count, timeout);
}

INTERPOSE_UNUSUAL(int, __poll_chk, (struct pollfd * fds, nfds_t count, int timeout, size_t size),
        process_is_quiet(), (fds, count, timeout, size))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(__poll_chk)(fds, count, timeout, size);
        process_polled(ready, fds, count);
        return ready;
}

INTERPOSE_UNUSUAL(int, ppoll,
        (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
        process_is_quiet(), (fds, count, timeout, mask))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(ppoll)(fds, count, timeout, mask);
        process_polled(ready, fds, count);
        return ready;
}

INTERPOSE_UNUSUAL(int, __ppoll_chk,
        (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
                size_t size),
        process_is_quiet(), (fds, count, timeout, mask, size))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(__ppoll_chk)(fds, count, timeout, mask, size);
        process_polled(ready, fds, count);
        return ready;
}

INTERPOSE_UNUSUAL(int, select,
        (int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout),
        process_is_quiet(), (count, read, write, except, timeout))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(select)(count, read, write, except, timeout);
        process_selected(ready, count, read, write, except);
        return ready;
}

INTERPOSE_UNUSUAL(int, __select,
        (int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout),
        process_is_quiet(), (count, read, write, except, timeout))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(__select)(count, read, write, except, timeout);
        process_selected(ready, count, read, write, except);
        return ready;
}

INTERPOSE_UNUSUAL(int, pselect,
        (int count, fd_set *read, fd_set *write, fd_set *except, const struct timespec *timeout,
                const sigset_t *mask),
        process_is_quiet(), (count, read, write, except, timeout, mask))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(pselect)(count, read, write, except, timeout, mask);
        process_selected(ready, count, read, write, except);
        return ready;
}

INTERPOSE_UNUSUAL(
        int, sigwait, (const sigset_t *set, int *ret_signal), process_is_calm(), (set, ret_signal))
{
        process_wait(EVENT_TOUCH);
        return real(sigwait)(set, ret_signal);
}

INTERPOSE_UNUSUAL(int, sigwaitinfo, (const sigset_t *set, siginfo_t *ret_info), process_is_calm(),
        (set, ret_info))
{
        process_wait(EVENT_TOUCH);
        return real(sigwaitinfo)(set, ret_info);
}

INTERPOSE_UNUSUAL(int, sigtimedwait,
        (const sigset_t *set, siginfo_t *ret_info, const struct timespec *timeout),
        process_is_calm(), (set, ret_info, timeout))
{
        process_wait(EVENT_TOUCH);
        return real(sigtimedwait)(set, ret_info, timeout);
}

#if HOOKS_TIME64
INTERPOSE(int, __epoll_pwait2_time64,
        (int epoll, struct epoll_event *events, int count, const struct timespec *timeout,
                const sigset_t *mask))
{
        process_epoll_waits();
        return real(__epoll_pwait2_time64)(epoll, events, count, timeout, mask);
}

INTERPOSE(int, __ppoll64,
        (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(__ppoll64)(fds, count, timeout, mask);
        process_polled(ready, fds, count);
        return ready;
}

INTERPOSE(int, __ppoll64_chk,
        (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
                size_t size))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(__ppoll64_chk)(fds, count, timeout, mask, size);
        process_polled(ready, fds, count);
        return ready;
}

INTERPOSE(int, __select64,
        (int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(__select64)(count, read, write, except, timeout);
        process_selected(ready, count, read, write, except);
        return ready;
}

INTERPOSE(int, __pselect64,
        (int count, fd_set *read, fd_set *write, fd_set *except, const struct timespec *timeout,
                const sigset_t *mask))
{
        int ready;

        process_wait(EVENT_TOUCH);
        ready = real(__pselect64)(count, read, write, except, timeout, mask);
        process_selected(ready, count, read, write, except);
        return ready;
}

INTERPOSE(int, __sigtimedwait64,
        (const sigset_t *set, siginfo_t *ret_info, const struct timespec *timeout))
{
        process_wait(EVENT_TOUCH);
        return real(__sigtimedwait64)(set, ret_info, timeout);
}
#endif
