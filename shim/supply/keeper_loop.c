/* The keeper itself: waits for workers that ask, for changes, and for the end of processes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/apart.h"
#include "supply/keeper_users.h"
#include "supply/plan_image.h"
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

/* So many that have called and said nothing yet are heard at a time, each for so many
 * milliseconds. */
#define CALLERS 32
#define CALLER_PATIENCE 2000

/* So many milliseconds later, it is tried again to have a descriptor to spare. */
#define SPARE_PAUSE 1000

/* Calls that wait to be taken, and how many events are taken at once. */
#define BACKLOG 512
#define EVENTS 32

/* What an event is about: begins each structure that the kernel hands back. */
enum source {
        SOURCE_MASTER,
        SOURCE_CALLS,
        SOURCE_CHANGES,
        SOURCE_MOUNTS,
        SOURCE_CALLER,
        SOURCE_PROCESS
};

/* One that has called. @fd: -1 if the place is free. @number: how many have called before. */
struct caller {
        enum source source;
        int fd;
        pid_t pid;
        uint64_t number;
        int64_t deadline;
};

/* One that has asked: its pidfd becomes readable when it ends. */
struct process {
        enum source source;
        int fd;
        struct keeper_user *user;
};

/* Its state. @taken: how many have called. @look_at: when what has changed is looked at; 0 if
 * nothing has. @spare: to be let go for a call when there is no other descriptor; -1 while it is.
 */
struct keeping {
        struct apart apart;
        struct pace pace;
        struct keeper_users users;
        struct caller callers[CALLERS];
        struct keeper_answer answer;
        uint64_t taken;
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

static void end_call(struct caller *caller)
{
        kernel_close(caller->fd);
        caller->fd = -1;
}

/* A free place; that of the one who has been silent longest, if there is none. */
static struct caller *find_place(struct keeping *keeping)
{
        struct caller *oldest = &keeping->callers[0];

        for (size_t i = 0; i < CALLERS; i++) {
                if (keeping->callers[i].fd < 0)
                        return &keeping->callers[i];
                if (keeping->callers[i].number < oldest->number)
                        oldest = &keeping->callers[i];
        }
        end_call(oldest);
        return oldest;
}

/* Anybody can call: the name is in /proc/net/unix. */
static bool may_ask(int fd, pid_t *ret_pid)
{
        struct ucred peer = {0};
        socklen_t size = sizeof(peer);
        long error =
                kernel_call(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, (long)&peer, (long)&size);

        *ret_pid = peer.pid;
        return error == 0 && peer.pid > 0 && peer.uid == geteuid();
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
        pid_t pid;

        if (fd == -EMFILE)
                fd = use_spare(keeping);
        if (fd < 0)
                return;
        if (!may_ask(fd, &pid)) {
                kernel_close(fd);
                return;
        }
        caller = find_place(keeping);
        *caller = (struct caller){
                SOURCE_CALLER, fd, pid, keeping->taken++, kernel_milliseconds() + CALLER_PATIENCE};
        if (listen_to(keeping, EPOLL_CTL_ADD, fd, EPOLLIN, &caller->source) < 0)
                end_call(caller);
}

/* The descriptors are the image and, if there are any, the namespaces. */
static void send_answer(int fd, const struct keeper_answer *answer, const int *fds, size_t count)
{
        union {
                char bytes[CMSG_SPACE(KEEPER_DESCRIPTORS * sizeof(int))];
                struct cmsghdr align;
        } control = {{0}};
        struct iovec part = {(void *)(uintptr_t)answer, sizeof(*answer)};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        struct cmsghdr *header;

        if (count > 0) {
                message.msg_control = &control;
                message.msg_controllen = CMSG_SPACE(count * sizeof(int));
                header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_RIGHTS;
                header->cmsg_len = CMSG_LEN(count * sizeof(int));
                memcpy(CMSG_DATA(header), fds, count * sizeof(int));
        }
        kernel_call(SYS_sendmsg, fd, (long)&message, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
}

static void refuse(struct keeper_answer *answer, const struct plan *plan, int error)
{
        struct failure failure;

        answer->result = failure_set(&failure, error, NULL,
                "the process that keeps the jails of users cannot hand it out", NULL);
        failure.jail = plan->settings.jail;
        failure_text(&failure, answer->text, sizeof(answer->text));
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

static int describe(const struct plan *plan)
{
        struct failure unused;
        char **variables = plan->describe ? plan->describe(plan, &unused) : NULL;
        int fd = plan->describe && !variables ? -ENOMEM : plan_image_make(plan, variables);

        for (char **each = variables; each && *each; each++)
                free(*each);
        free(variables);
        return fd;
}

static void answer(struct keeping *keeping, const struct caller *caller, uid_t uid)
{
        struct keeper_user *user = keeper_users_find(&keeping->users, uid, &keeping->answer);
        int fds[KEEPER_DESCRIPTORS] = {-1, -1, -1};
        size_t count = 0;

        if (user) {
                int error = note_process(keeping, user, caller->pid);

                if (error == 0)
                        error = fds[0] = describe(&user->plan);
                if (error < 0) {
                        refuse(&keeping->answer, &user->plan, error);
                } else {
                        fds[1] = user->plan.jail.namespace;
                        fds[2] = user->plan.jail.ipc;
                        count = fds[1] >= 0 ? KEEPER_DESCRIPTORS : 1;
                }
        }
        send_answer(caller->fd, &keeping->answer, fds, count);
        kernel_close_at_end(&fds[0]);
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
        end_call(caller);
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

/* Whoever has been silent for too long is not heard any more. Return: the next time at which
 * something is to be done; 0 if none is. */
static int64_t next_time(struct keeping *keeping, int64_t now)
{
        int64_t next = keeping->look_at;

        if (keeping->spare < 0 && (next == 0 || next > now + SPARE_PAUSE))
                next = now + SPARE_PAUSE;
        for (size_t i = 0; i < CALLERS; i++) {
                struct caller *caller = &keeping->callers[i];

                if (caller->fd >= 0 && caller->deadline <= now)
                        end_call(caller);
                else if (caller->fd >= 0 && (next == 0 || caller->deadline < next))
                        next = caller->deadline;
        }
        return next;
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

/* Each user takes two descriptors, and each of his processes one. */
static void raise_limit(void)
{
        struct rlimit limit = {0};

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
        for (size_t i = 0; i < CALLERS; i++)
                keeping->callers[i].fd = -1;
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
