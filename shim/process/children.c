/* The children of a master: how far they come, how they end, and what an exit storm leads to. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/children.h"

#include "process/self.h"
#include "system/kernel.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long no worker is forked, in milliseconds (exit_storm = "refuse"). */
#define REFUSAL 10000

/* How long a server that is to end may still fork: httpd would sleep for ten seconds where it
 * cannot, before it sees that it is to end. */
#define GRACE 3000

static struct exit_storm storm;

/* When no worker is forked; without an end, if the server is to end. */
static struct {
        int64_t from, until;
} refusal;

int children_prepare(struct failure *ret_failure)
{
        const struct settings *settings = &self->plan.settings;
        void *marks;

        /* A master that accepts forks for each connection: an end with status 1 may be a client
         * that gave a wrong password. */
        if (settings->exit_storm == EXIT_STORM_OFF || settings->master_accepts)
                return 0;
        marks = mmap(
                NULL, EXIT_STORM_PLACES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (marks == MAP_FAILED)
                return failure_set(ret_failure, -errno, NULL,
                        "there is no memory to share with workers", "set exit_storm = \"off\"");
        storm.marks = marks;
        return 0;
}

bool children_are_refused(void)
{
        int64_t now = refusal.until ? kernel_milliseconds() : 0;

        return refusal.from <= now && now < refusal.until;
}

int children_fork(void)
{
        static pid_t master;

        /* What its parent knew of its own children means nothing. */
        if (master != self->pid) {
                memset(storm.births, 0, sizeof(storm.births));
                storm.deaths = 0;
                master = self->pid;
        }
        return exit_storm_fork(&storm, kernel_milliseconds());
}

void children_forked(int place, pid_t pid)
{
        exit_storm_forked(&storm, place, pid);
}

static void set_mark(unsigned char *place)
{
        __atomic_store_n(&self->mark, place, __ATOMIC_RELAXED);
        __atomic_store_n(&self->quiet, self->calm && !place, __ATOMIC_RELAXED);
}

void children_begin(int place)
{
        set_mark(place < 0 ? NULL : &storm.marks[place]);
}

void children_mark(enum child_mark mark)
{
        unsigned char *place = __atomic_load_n(&self->mark, __ATOMIC_RELAXED);

        if (place)
                __atomic_store_n(place, (unsigned char)mark, __ATOMIC_RELAXED);
}

/* A client may break into it from now on: a page of its own takes the place of the shared one. Not
 * by munmap(): another thread may just be about to store. */
static void leave_marks(void)
{
        int saved = errno;

        set_mark(NULL);
        mmap(storm.marks, EXIT_STORM_PLACES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        errno = saved;
}

void process_served(void)
{
        children_mark(CHILD_SERVED);
        leave_marks();
}

static bool lives(pid_t pid)
{
        siginfo_t info = {0};

        return kernel_call(SYS_waitid, P_PID, pid, (long)&info, WEXITED | WNOHANG | WNOWAIT, 0) ==
                       0 &&
               info.si_pid == 0;
}

/* "by SIGSEGV", or "with status 1". */
static const char *manner(int status, char *buffer, size_t size)
{
        struct text text = text_in(buffer, size);
        const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

        if (WIFEXITED(status)) {
                text_add(&text, "with status ");
                text_add_number(&text, WEXITSTATUS(status), 0);
                return buffer;
        }
        text_add(&text, "by SIG");
        text_add(&text, name ? name : "?");
        return buffer;
}

static void tell_storm(bool ends, int status)
{
        char number[NUMBER_SIZE], how[64];

        log_line(LEVEL_ERROR, number_text(number, (long)storm.deaths),
                " workers in a row died at once, the last one ", manner(status, how, sizeof(how)),
                ": ", ends ? "the server is ended" : "for ten seconds no worker is forked",
                ": look at the lines above for what they miss in the jail ", self->plan.jail.real,
                ", and name it in `services` or `expose`; or set exit_storm", NULL);
}

/* By its own way: its pidfile is removed, its loggers end. */
static void act(int status, int64_t now)
{
        bool ends = self->plan.settings.exit_storm == EXIT_STORM_END;

        tell_storm(ends, status);
        storm.deaths = 0;
        refusal.from = ends ? now + GRACE : now;
        refusal.until = ends ? INT64_MAX : now + REFUSAL;
        if (ends)
                kernel_call(SYS_kill, getpid(), SIGTERM, 0, 0, 0);
}

void process_lost_child(pid_t pid, int status)
{
        int64_t now = kernel_milliseconds();

        if (storm.marks && now >= refusal.until && self_owns_memory() &&
                exit_storm_died(&storm, pid, status, now) && !exit_storm_serves(&storm, lives))
                act(status, now);
}
