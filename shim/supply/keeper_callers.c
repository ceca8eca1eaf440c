/* Who has called the keeper, and has not asked yet. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/keeper_callers.h"

#include "system/kernel.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Each is heard for so many milliseconds. */
#define PATIENCE 2000

void keeper_callers_begin(struct keeper_callers *ret_callers)
{
        for (size_t i = 0; i < KEEPER_CALLERS; i++)
                ret_callers->item[i].fd = -1;
}

void keeper_callers_end(struct caller *caller)
{
        kernel_close(caller->fd);
        caller->fd = -1;
}

/* A free place; that of the one who has been silent longest, if there is none. */
static struct caller *find_place(struct keeper_callers *callers)
{
        struct caller *oldest = &callers->item[0];

        for (size_t i = 0; i < KEEPER_CALLERS; i++) {
                if (callers->item[i].fd < 0)
                        return &callers->item[i];
                if (callers->item[i].number < oldest->number)
                        oldest = &callers->item[i];
        }
        keeper_callers_end(oldest);
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

struct caller *keeper_callers_add(struct keeper_callers *callers, int fd)
{
        struct caller *caller;
        pid_t pid;

        if (!may_ask(fd, &pid)) {
                kernel_close(fd);
                return NULL;
        }
        caller = find_place(callers);
        *caller = (struct caller){
                SOURCE_CALLER, fd, pid, callers->taken++, kernel_milliseconds() + PATIENCE};
        return caller;
}

int64_t keeper_callers_expire(struct keeper_callers *callers, int64_t now, int64_t next)
{
        for (size_t i = 0; i < KEEPER_CALLERS; i++) {
                struct caller *caller = &callers->item[i];

                if (caller->fd >= 0 && caller->deadline <= now)
                        keeper_callers_end(caller);
                else if (caller->fd >= 0 && (next == 0 || caller->deadline < next))
                        next = caller->deadline;
        }
        return next;
}
