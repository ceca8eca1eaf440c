/* The refresher as its master sees it: started, asked, and missed when it is gone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/refresher.h"

#include "supply/keeper.h"
#include "supply/refresh.h"
#include "system/child.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Where something ends it again and again (a filter of system calls), none is started any more. */
#define ENDED_LIMIT 8

/* Milliseconds after which one that ends has not ended for such a reason. */
#define LONG_LIFE 60000

/* Milliseconds that it may take to hear a question: it may be at work, on a busy machine. */
#define HANG_LIMIT 5000

/* In nanoseconds: between two looks whether a new one is ready. */
#define READY_PAUSE 500000

static int make_page(struct refresher *refresher)
{
        void *page;

        if (refresher->page)
                munmap(refresher->page, sizeof(*refresher->page));
        page = mmap(NULL, sizeof(*refresher->page), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        refresher->page = page == MAP_FAILED ? NULL : page;
        return refresher->page ? 0 : -ENOMEM;
}

/* Return: its pid; in the child 0. No worker may write to the page: it is not passed on. */
static pid_t start(struct refresher *refresher)
{
        int error = make_page(refresher);
        pid_t pid = error < 0 ? error : child_start_lasting();

        refresher->begun = kernel_milliseconds();
        if (pid <= 0 || madvise(refresher->page, sizeof(*refresher->page), MADV_DONTFORK) == 0)
                return pid;
        error = -errno;
        child_end(pid);
        return error;
}

/* A worker that is forked next may ask it at once. Return: @pid, or a negative error number. */
static pid_t await(const struct refresher *refresher, pid_t pid)
{
        int status;

        while (!refresher->page->ready) {
                if (child_has_ended(pid, &status))
                        return -ECHILD;
                if (kernel_milliseconds() - refresher->begun > HANG_LIMIT) {
                        child_end(pid);
                        return -ETIMEDOUT;
                }
                kernel_wait(NULL, 0, READY_PAUSE);
        }
        return pid;
}

static pid_t start_keeper(struct plan *plan, pid_t master, bool is_main)
{
        struct refresher *refresher = &plan->refresher;
        CLOSED_AT_END int socket = keeper_bind(refresher);
        pid_t pid = socket < 0 ? socket : start(refresher);

        if (pid == 0)
                keeper_run(plan, master, is_main, socket);
        return pid < 0 ? pid : await(refresher, pid);
}

static void tell_unstarted(const struct plan *plan, int error)
{
        log_line(plan->is_template ? LEVEL_ERROR : LEVEL_WARNING, "no process can be started that ",
                plan->is_template ? "keeps the jails of users"
                                  : "brings changes to running workers",
                ": ", error_text(error),
                plan->is_template ? ": no worker is jailed, and none serves"
                                  : ": each change comes with the next worker",
                NULL);
}

void refresher_start(struct plan *plan)
{
        struct refresher *refresher = &plan->refresher;
        const bool keeper = plan->is_template;
        pid_t master = getpid(), pid;
        bool is_main;

        if (refresher->master != master)
                *refresher = (struct refresher){.master = master};
        if (refresher->pid || (!keeper && refresher->ended > ENDED_LIMIT) ||
                (!keeper && !refresh_may_be_needed(plan)))
                return;
        is_main = kernel_call(SYS_gettid, 0, 0, 0, 0, 0) == master;
        pid = keeper ? start_keeper(plan, master, is_main) : start(refresher);
        if (pid == 0)
                refresher_run(plan, master, is_main);
        if (pid > 0)
                refresher->pid = pid;
        else if (refresher->ended++ == 0)
                tell_unstarted(plan, (int)pid);
}

static const char filter_kills[] = " (a filter of system calls kills it: see SystemCallFilter= of "
                                   "the unit, or the container's "
                                   "profile; auditd and the kernel's log name the call)";

static void tell_ended(const struct plan *plan, int status)
{
        const struct refresher *refresher = &plan->refresher;
        char buffer[NUMBER_SIZE];
        bool killed = WIFSIGNALED(status);
        const char *number = number_text(buffer, killed ? WTERMSIG(status) : WEXITSTATUS(status));

        log_line(LEVEL_WARNING, "the process that ",
                plan->is_template ? "keeps the jails of users"
                                  : "brings changes to running workers",
                " has ended, by ", killed ? "signal " : "exit status ", number,
                killed && WTERMSIG(status) == SIGSYS ? filter_kills : "",
                refresher->ended > ENDED_LIMIT && !plan->is_template
                        ? ", again and again: each change comes with the next worker"
                        : ": another one is started",
                NULL);
}

/* It must not be waited for, nor can its work be done here: this process would hang as well. */
static void watch_for_hang(struct refresher *refresher)
{
        struct refresher_page *page = refresher->page;
        int64_t now = kernel_milliseconds(), asked = page->asked, rests = page->rests;

        if (asked == 0) {
                page->asked = now;
                refresher->told = false;
        } else if (!refresher->told && now - (asked > rests ? asked : rests) > HANG_LIMIT) {
                refresher->told = true;
                log_line(LEVEL_WARNING,
                        "the process that brings changes to running workers hangs: none reaches "
                        "any worker: look at the file systems of what is exposed",
                        NULL);
        }
}

bool refresher_ask(struct plan *plan)
{
        struct refresher *refresher = &plan->refresher;
        int status = 0;

        if (refresher->pid == 0 || refresher->master != getpid())
                return false;
        if (!child_has_ended(refresher->pid, &status)) {
                /* A keeper looks when a worker asks. */
                if (plan->is_template)
                        return true;
                watch_for_hang(refresher);
                kernel_call(SYS_kill, refresher->pid, REFRESHER_SIGNAL, 0, 0, 0);
                return true;
        }
        refresher->pid = 0;
        if (kernel_milliseconds() - refresher->begun >= LONG_LIFE)
                refresher->ended = 0;
        refresher->ended++;
        tell_ended(plan, status);
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
