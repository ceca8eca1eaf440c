/* The refresher as its master sees it: started, asked, and missed when it is gone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/refresher.h"

#include "supply/refresh.h"
#include "system/child.h"
#include "system/log.h"
#include "system/text.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where something ends it again and again (a filter of system calls), none is started any more. */
#define ENDED_LIMIT 8

void refresher_start(struct plan *plan)
{
        struct refresher *refresher = &plan->refresher;
        pid_t master = getpid(), pid;
        bool is_main;

        if (refresher->master != master)
                *refresher = (struct refresher){.master = master};
        if (refresher->pid || refresher->ended > ENDED_LIMIT || !refresh_may_be_needed(plan))
                return;
        is_main = kernel_call(SYS_gettid, 0, 0, 0, 0, 0) == master;
        pid = child_start_lasting();
        if (pid == 0)
                refresher_run(plan, master, is_main);
        if (pid > 0)
                refresher->pid = pid;
        else if (refresher->ended++ == 0)
                log_line(LEVEL_WARNING,
                        "no process can be started that brings changes to running workers: ",
                        error_text((int)pid), ": each change comes with the next worker", NULL);
}

static void tell_ended(const struct refresher *refresher, int status)
{
        char buffer[NUMBER_SIZE];
        bool killed = WIFSIGNALED(status);
        const char *number = number_text(buffer, killed ? WTERMSIG(status) : WEXITSTATUS(status));

        log_line(LEVEL_WARNING, "the process that brings changes to running workers has ended, by ",
                killed ? "signal " : "exit status ", number,
                refresher->ended > ENDED_LIMIT
                        ? ", again and again: each change comes with the next worker"
                        : ": another one is started",
                NULL);
}

bool refresher_ask(struct plan *plan)
{
        struct refresher *refresher = &plan->refresher;
        int status = 0;

        if (refresher->pid == 0 || refresher->master != getpid())
                return false;
        if (!child_has_ended(refresher->pid, &status)) {
                kernel_call(SYS_kill, refresher->pid, REFRESHER_SIGNAL, 0, 0, 0);
                return true;
        }
        refresher->pid = 0;
        refresher->ended++;
        tell_ended(refresher, status);
        /* What it has brought, this process does not know. */
        for (size_t i = 0; i < plan->exposures.count; i++)
                plan->exposures.item[i].stale |= refresh_may_change(&plan->exposures.item[i]);
        return false;
}

void refresher_end(struct plan *plan)
{
        struct refresher *refresher = &plan->refresher;

        if (refresher->pid == 0 || refresher->master != getpid())
                return;
        child_end(refresher->pid);
        refresher->pid = 0;
}
