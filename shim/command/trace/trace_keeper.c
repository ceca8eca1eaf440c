/* The process that traced workers call, and which gives each of them one that answers it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_keeper.h"

#include "command/trace/trace_answer.h"
#include "system/child.h"
#include "system/descriptors.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In milliseconds: how long those that have ended may be in the list of processes. */
#define REAPED_EVERY 5000

/* See trace_keeper_start(). @channel: to the process that reports. */
struct keeper {
        int socket;
        int channel;
        atomic_ulong *lost;
        const char *path;
        const char *directory;
        struct seccomp_notif_sizes sizes;
};

/* Where there is no process for it, the worker hears that nobody answers. */
static void take_worker(const struct keeper *keeper)
{
        int connection = accept4(keeper->socket, NULL, NULL, SOCK_CLOEXEC);

        if (connection < 0)
                return;
        if (child_start_lasting() == 0) {
                close(keeper->socket);
                trace_answer(connection, keeper->channel, keeper->lost, &keeper->sizes);
                child_exit(0);
        }
        close(connection);
}

static void __attribute__((noreturn)) run(const struct keeper *keeper)
{
        struct pollfd fds[] = {{keeper->socket, POLLIN, 0}, {keeper->channel, 0, 0}};

        while (!fds[1].revents) {
                poll(fds, 2, REAPED_EVERY);
                if (fds[0].revents)
                        take_worker(keeper);
                while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
                        ;
        }
        unlink(keeper->path);
        if (keeper->directory)
                rmdir(keeper->directory);
        child_exit(0);
}

/*
 * Until a call has been received, a signal that the worker handles may interrupt it (EINTR), as it
 * would not without a trace: so who answers runs as soon as there is something to do (sched(7)).
 * That is refused to an ordinary user, and done without.
 */
static void hurry(void)
{
        struct sched_param lowest = {.sched_priority = sched_get_priority_min(SCHED_RR)};

        sched_setscheduler(0, SCHED_RR, &lowest);
}

static void __attribute__((noreturn)) become_keeper(const struct keeper *keeper)
{
        int kept[] = {keeper->socket, keeper->channel};

        descriptors_close(kept, 2);
        setsid();
        hurry();
        if (chdir("/") < 0)
                child_exit(1);
        run(keeper);
}

int trace_keeper_start(
        int socket, const char *path, const char *directory, atomic_ulong *lost, pid_t *ret_pid)
{
        struct keeper keeper = {
                .socket = socket, .lost = lost, .path = path, .directory = directory};
        const int room = TRACE_CHANNEL_ROOM;
        int ends[2];

        if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &keeper.sizes) < 0 ||
                socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
                return -errno;
        /* What is refused to an ordinary user, again. */
        setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
        keeper.channel = ends[1];
        *ret_pid = child_start_lasting();
        if (*ret_pid == 0)
                become_keeper(&keeper);
        close(ends[1]);
        close(socket);
        if (*ret_pid < 0) {
                close(ends[0]);
                return *ret_pid;
        }
        return ends[0];
}
