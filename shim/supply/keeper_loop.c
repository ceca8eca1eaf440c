/* The keeper itself: waits for workers that ask, for changes, and for the end of processes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/apart.h"
#include "supply/keeper_answer.h"
#include "supply/keeper_callers.h"
#include "supply/keeper_users.h"
#include "supply/refresher.h"
#include "system/child.h"
#include "system/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* So many milliseconds later, it is tried again to have a descriptor to spare. */
#define SPARE_PAUSE 1000

/* Calls that wait to be taken, and how many events are taken at once. */
#define BACKLOG 512
#define EVENTS 32

/* One that has asked: its pidfd becomes readable when it ends. */
struct process {
        enum source source;
        int fd;
        struct keeper_user *user;
};

/* Its state. @look_at: when what has changed is looked at; 0 if nothing has.
 * @spare: to be let go for a call when there is no other descriptor; -1 while it is.
 */
struct keeping {
        struct apart apart;
        struct pace pace;
        struct keeper_users users;
        struct keeper_callers callers;
        struct keeper_answer answer;
        int events;
        int calls;
        int spare;
        bool mounted;
        int64_t look_at;
};

static const enum source from_master = SOURCE_MASTER, from_calls = SOURCE_CALLS,
                         from_changes = SOURCE_CHANGES, from_mounts = SOURCE_MOUNTS;

static int listen_to(const struct keeping *keeping, int operation, int fd, uint32_t events,
        const enum source *source)
{
        struct epoll_event event = {.events = events, .data.ptr = (void *)(uintptr_t)source};

        return (int)kernel_call(SYS_epoll_ctl, keeping->events, operation, fd, (long)&event, 0);
}

static int accept_call(const struct keeping *keeping)
{
        return (int)kernel_call(SYS_accept4, keeping->calls, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* The one that is kept for the case that there is no other. */
static void take_spare(struct keeping *keeping)
{
        if (keeping->spare >= 0)
                return;
        keeping->spare = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (keeping->spare >= 0)
                listen_to(keeping, EPOLL_CTL_MOD, keeping->calls, EPOLLIN, &from_calls);
}

/* So each who calls is told why he is refused. Calls for which there is no descriptor wait, and do
 * not wake this process again and again. */
static int use_spare(struct keeping *keeping)
{
        int fd;

        kernel_close_at_end(&keeping->spare);
        keeping->spare = -1;
        fd = accept_call(keeping);
        listen_to(keeping, EPOLL_CTL_MOD, keeping->calls, 0, &from_calls);
        return fd;
}

static void take_call(struct keeping *keeping)
{
        int fd = accept_call(keeping);
        struct caller *caller;

        if (fd == -EMFILE)
                fd = use_spare(keeping);
        if (fd < 0)
                return;
        caller = keeper_callers_add(&keeping->callers, fd);
        if (caller && listen_to(keeping, EPOLL_CTL_ADD, fd, EPOLLIN, &caller->source) < 0)
                keeper_callers_end(caller);
}

/* From now on it is one of his processes. Return: 0, or a negative error number. */
static int note_process(struct keeping *keeping, struct keeper_user *user, pid_t pid)
{
        struct process *process = malloc(sizeof(*process));
        int fd = process ? (int)kernel_call(SYS_pidfd_open, pid, 0, 0, 0, 0) : -ENOMEM;
        int error = fd;

        if (fd >= 0) {
                *process = (struct process){SOURCE_PROCESS, fd, user};
                error = listen_to(keeping, EPOLL_CTL_ADD, fd, EPOLLIN, &process->source);
        }
        if (error < 0) {
                kernel_close_at_end(&fd);
                free(process);
                return error;
        }
        user->processes++;
        return 0;
}

static void answer(struct keeping *keeping, const struct caller *caller, uid_t uid)
{
        struct keeper_user *user = keeper_users_find(&keeping->users, uid, &keeping->answer);
        int error = user ? note_process(keeping, user, caller->pid) : 0;

        if (error < 0)
                keeper_answer_refuse(&keeping->answer, &user->plan, error);
        keeper_answer_send(caller->fd, &keeping->answer, user && error == 0 ? &user->plan : NULL);
        if (user)
                keeper_users_leave(&keeping->users, user);
}

/* Has it given up, or ended, while others were served? Nothing is made for it then, which would
 * keep the next ones waiting. */
static bool has_left(const struct caller *caller)
{
        char more;

        return kernel_read(caller->fd, &more, sizeof(more)) != -EAGAIN;
}

static void hear(struct keeping *keeping, struct caller *caller)
{
        struct keeper_request request;
        ssize_t length;

        if (caller->fd < 0)
                return;
        length = kernel_read(caller->fd, &request, sizeof(request));
        if (length == -EAGAIN || length == -EINTR)
                return;
        if (length == (ssize_t)sizeof(request) && request.size == sizeof(struct keeper_answer) &&
                !has_left(caller)) {
                apart_begin_log(&keeping->apart);
                answer(keeping, caller, request.uid);
                apart_end_log(&keeping->apart);
        }
        keeper_callers_end(caller);
}

static void take_leave(struct keeping *keeping, struct process *process)
{
        struct keeper_user *user = process->user;

        kernel_close(process->fd);
        free(process);
        user->processes--;
        keeper_users_leave(&keeping->users, user);
}

/* More may happen soon: until all is looked at, no more is told of it. */
static void note_change(struct keeping *keeping)
{
        if (keeping->look_at == 0)
                keeping->look_at = kernel_milliseconds() + pace_next(&keeping->pace);
}

static void handle(struct keeping *keeping, enum source *source)
{
        switch (*source) {
        case SOURCE_MASTER:
                child_exit(0);
        case SOURCE_CALLS:
                take_call(keeping);
                break;
        case SOURCE_MOUNTS:
                keeping->mounted = true;
                note_change(keeping);
                break;
        case SOURCE_CHANGES:
                note_change(keeping);
                break;
        case SOURCE_CALLER:
                hear(keeping, (struct caller *)source);
                break;
        case SOURCE_PROCESS:
                take_leave(keeping, (struct process *)source);
                break;
        }
}

/* inotify has another descriptor when its watches were begun anew. */
static void listen_for_changes(const struct keeping *keeping)
{
        const struct keeper_watch *watch = &keeping->users.watch;
        const uint32_t once = EPOLLONESHOT;

        if (listen_to(keeping, EPOLL_CTL_MOD, watch->watch.fd, EPOLLIN | once, &from_changes) ==
                -ENOENT)
                listen_to(keeping, EPOLL_CTL_ADD, watch->watch.fd, EPOLLIN | once, &from_changes);
        if (watch->mounts < 0)
                return;
        if (listen_to(keeping, EPOLL_CTL_MOD, watch->mounts, EPOLLPRI | once, &from_mounts) ==
                -ENOENT)
                listen_to(keeping, EPOLL_CTL_ADD, watch->mounts, EPOLLPRI | once, &from_mounts);
}

static void look(struct keeping *keeping)
{
        bool mounted = keeping->mounted;

        keeping->mounted = false;
        keeping->look_at = 0;
        pace_begin(&keeping->pace);
        apart_begin_log(&keeping->apart);
        keeper_users_refresh(&keeping->users, mounted);
        apart_end_log(&keeping->apart);
        pace_end(&keeping->pace);
        listen_for_changes(keeping);
}

/* Return: the next time at which something is to be done; 0 if none is. */
static int64_t next_time(struct keeping *keeping, int64_t now)
{
        int64_t next = keeping->look_at;

        if (keeping->spare < 0 && (next == 0 || next > now + SPARE_PAUSE))
                next = now + SPARE_PAUSE;
        return keeper_callers_expire(&keeping->callers, now, next);
}

static void __attribute__((noreturn)) loop(struct keeping *keeping)
{
        struct epoll_event events[EVENTS];

        for (;;) {
                int64_t now = kernel_milliseconds(), next;
                long count;

                take_spare(keeping);
                next = next_time(keeping, now);
                count = kernel_call(SYS_epoll_pwait, keeping->events, (long)events, EVENTS,
                        next == 0    ? -1
                        : next > now ? next - now
                                     : 0,
                        0);

                apart_check_master(&keeping->apart);
                for (long i = 0; i < count; i++)
                        handle(keeping, events[i].data.ptr);
                if (keeping->look_at != 0 && kernel_milliseconds() >= keeping->look_at)
                        look(keeping);
        }
}

/* Each user takes a few descriptors, and each of his processes one. */
static void raise_limit(void)
{
        struct rlimit64 limit = {0};

        if (kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0) < 0)
                return;
        limit.rlim_cur = limit.rlim_max;
        kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&limit, 0, 0);
}

static void begin(struct keeping *keeping, struct plan *plan)
{
        static const char remedy[] =
                "allow it in SystemCallFilter= of the unit, or in the container's profile";
        int error;

        keeping->events = (int)kernel_call(SYS_epoll_create1, EPOLL_CLOEXEC, 0, 0, 0, 0);
        if (keeping->events < 0)
                apart_give_up(keeping->events, "epoll_create1() fails", remedy);
        keeping->users.template = plan;
        keeping->spare = -1;
        error = keeper_watch_begin(&keeping->users.watch, plan);
        if (error < 0)
                apart_give_up(error, "what is exposed cannot be watched",
                        "allow the server inotify, and raise fs.inotify.max_user_instances");
        error = (int)kernel_call(SYS_listen, keeping->calls, BACKLOG, 0, 0, 0);
        if (error < 0)
                apart_give_up(error, "listen() fails", remedy);
        listen_to(keeping, EPOLL_CTL_ADD, keeping->apart.end, EPOLLIN, &from_master);
        listen_to(keeping, EPOLL_CTL_ADD, keeping->calls, EPOLLIN, &from_calls);
        listen_for_changes(keeping);
        keeper_callers_begin(&keeping->callers);
}

void keeper_run(struct plan *plan, pid_t master, bool is_main, int socket)
{
        static struct keeping keeping;

        if (plan->begins)
                plan->begins();
        keeping.calls = socket;
        apart_begin(&keeping.apart, master, KEEPER_NAME, is_main, true, &socket, 1);
        raise_limit();
        apart_begin_log(&keeping.apart);
        apart_watch_master(&keeping.apart);
        begin(&keeping, plan);
        apart_end_log(&keeping.apart);
        /* Whoever held the lock of malloc() at the fork is not here to let it go: then this hangs
         * at once, and not with the first worker; and another one is started. */
        free(malloc(1));
        plan->refresher.page->ready = true;
        loop(&keeping);
}
