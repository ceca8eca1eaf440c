/* All that this process has started, also by daemons that have lost their parents; and its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/offspring.h"

#include "command/memory.h"
#include "command/survey/process_list.h"
#include "system/kernel.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void offspring_adopt(void)
{
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void offspring_list(struct offspring *ret_offspring)
{
        struct process_list list = {0};

        process_list_take(&list);
        process_list_below(&list, getpid());
        *ret_offspring = (struct offspring){0};
        for (size_t i = 0; i < list.count; i++) {
                if (list.item[i].pid == getpid())
                        continue;
                ret_offspring->pid = memory_grow(
                        ret_offspring->pid, ret_offspring->count + 1, sizeof(*ret_offspring->pid));
                ret_offspring->pid[ret_offspring->count++] = list.item[i].pid;
        }
        process_list_release(&list);
}

bool offspring_has(const struct offspring *offspring, pid_t pid)
{
        for (size_t i = 0; i < offspring->count; i++)
                if (offspring->pid[i] == pid)
                        return true;
        return false;
}

void offspring_signal(pid_t pid, int signal)
{
        int fd = (int)syscall(SYS_pidfd_open, pid, 0);
        struct offspring all;

        if (fd < 0)
                return;
        /* Held by then, it is nobody else of the same number. */
        offspring_list(&all);
        if (offspring_has(&all, pid))
                syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0);
        offspring_release(&all);
        close(fd);
}

/* One look for all of them: who forks faster than it is looked at would never come to an end. */
static void kill_listed(const struct offspring *listed)
{
        int *fd = memory_grow(NULL, listed->count + 1, sizeof(*fd));
        struct offspring now;

        for (size_t i = 0; i < listed->count; i++)
                fd[i] = (int)syscall(SYS_pidfd_open, listed->pid[i], 0);
        /* As in offspring_signal(): those that are held and still there are meant. */
        offspring_list(&now);
        for (size_t i = 0; i < listed->count; i++) {
                if (fd[i] < 0)
                        continue;
                if (offspring_has(&now, listed->pid[i]))
                        syscall(SYS_pidfd_send_signal, fd[i], SIGKILL, NULL, 0);
                close(fd[i]);
        }
        offspring_release(&now);
        free(fd);
}

/* What has lost its parent is a child of this process: without one, nothing is left. A list of
 * processes is not of one moment, and says less. */
static bool has_none(void)
{
        siginfo_t info;

        return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 && errno == ECHILD;
}

bool offspring_end(void)
{
        static const struct timespec pause = {0, 1000000};
        int64_t deadline = kernel_milliseconds() + OFFSPRING_END_LIMIT;

        offspring_collect(0, NULL);
        while (!has_none() && kernel_milliseconds() < deadline) {
                struct offspring all;

                offspring_list(&all);
                kill_listed(&all);
                offspring_release(&all);
                nanosleep(&pause, NULL);
                offspring_collect(0, NULL);
        }
        return has_none();
}

bool offspring_collect(pid_t pid, int *ret_status)
{
        bool ended = false;
        pid_t which;
        int status;

        while ((which = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
                if (which != pid)
                        continue;
                *ret_status = status;
                ended = true;
        }
        return ended;
}

void offspring_release(struct offspring *offspring)
{
        free(offspring->pid);
        *offspring = (struct offspring){0};
}
