/* Whether a process is the master of a server, and what becomes of the children that it forks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/children.h"
#include "process/lookup.h"
#include "process/readiness.h"
#include "process/self.h"
#include "process/sockets.h"
#include "supply/supply.h"
#include "system/capabilities.h"
#include "system/log.h"

#include <errno.h>
#include <unistd.h>

/* So often an early child looks whether its master is armed by now, while it waits: ten seconds. */
#define SHORT_WAITS (10000 / PROCESS_SHORT_WAIT)

static enum arming check_arming(pid_t pid, bool assumed)
{
        const struct settings *settings = &self->plan.settings;
        const struct arming_question question = {
                .pidfile = settings->pidfile,
                .scoreboard = settings->scoreboard,
                .pid = pid,
                .start = self->next_version ? &self->pidfile_at_start : NULL,
                .assumed = assumed,
        };

        return arming_check(&question);
}

/* What is so already is not written: after each fork, the first write to a page is a fault. */
static void note_armed(enum arming arming)
{
        if (self->armed_pid == self->pid && self->arming == arming)
                return;
        self->arming = arming;
        self->armed_pid = self->pid;
}

bool self_is_armed(void)
{
        enum arming arming;

        if (self->armed_pid == self->pid && self->arming == ARMING_CERTAIN)
                return true;
        arming = check_arming(
                self->pid, self->serving && (!self->plan.settings.pidfile || self->next_version));
        if (arming == ARMING_NO)
                return self->armed_pid == self->pid;
        note_armed(arming);
        return true;
}

bool self_is_in_pidfile(void)
{
        return self_is_armed() && self->arming == ARMING_CERTAIN;
}

bool self_is_new_master(void)
{
        if (self->role != CHROOTSHIM_PENDING || !self_is_in_pidfile())
                return false;
        self->role = CHROOTSHIM_WATCHING;
        log_line(LEVEL_DEBUG, "pending: the pidfile holds its pid: it is the master", NULL);
        return true;
}

void self_look_early(void)
{
        const struct role_standing standing = {
                .role = self->role,
                .own_memory = true,
                .serving = self->serving,
                .root = geteuid() == 0,
                .has_pidfile = self->plan.settings.pidfile != NULL,
                .is_child = self->is_child,
        };

        self->is_early = role_is_early(&standing) && !self->problem;
}

/* The pidfile may be for root only, which an early child may still be able to read. */
static bool is_parent_armed(void)
{
        pid_t parent = getppid();
        uint64_t held;
        bool raised = capabilities_raise(&held) == 0, armed;

        /* A parent in another pid namespace has the number 0. */
        armed = parent > 0 && check_arming(parent, false) == ARMING_CERTAIN;
        if (raised)
                capabilities_lower(held);
        return armed;
}

bool self_is_late_worker(void)
{
        /* A master, by now. */
        if (self->armed_pid == self->pid)
                self->is_early = false;
        if (!self->is_early || !is_parent_armed())
                return false;
        self->role = CHROOTSHIM_PENDING;
        log_line(LEVEL_DEBUG, "watching: the pidfile holds its parent's pid: it is pending", NULL);
        return true;
}

/* Not before the first worker: by then the server's stderr is its log. */
static void tell_twin(void)
{
        if (!self->twin)
                return;
        log_line(LEVEL_WARNING, "LD_PRELOAD names chrootshim twice: ", self->library,
                " is used, and not ", self->twin, ": name one of them", NULL);
        self->twin = NULL;
}

/* A reload of the server does not read it again, and nobody is to think that it did. */
static void tell_change(const struct settings_source *source, struct settings_stamp *seen)
{
        enum settings_change change =
                settings_stamp_look(source->path, source->pattern, &source->stamp, seen);

        if (change != SETTINGS_SAME)
                log_line(LEVEL_WARNING, source->path,
                        change == SETTINGS_GONE ? " is gone" : " has changed",
                        " since the server started: workers are jailed as it was read then: stop "
                        "the server and start it again; a reload or a graceful restart is not "
                        "enough",
                        NULL);
}

static void tell_changed_settings(void)
{
        const struct settings_sources *sources = &self->plan.settings.sources;

        for (size_t i = 0; i < self->sources_count; i++)
                tell_change(&sources->item[i], &self->sources_seen[i]);
}

bool process_waits_shortly(void)
{
        if (!process_is_early() || self->short_waits >= SHORT_WAITS || !self_owns_memory())
                return false;
        self->short_waits++;
        return true;
}

static void note_fork(bool armed)
{
        if (!self->has_forked)
                self->has_forked = true;
        if (armed && !self->has_workers)
                self->has_workers = true;
}

bool process_before_fork(struct forking *ret_forking)
{
        int saved = errno;
        bool armed;

        *ret_forking = (struct forking){.place = -1};
        if (!process_is_undecided() || self->problem || !self_owns_memory())
                return true;
        if (!self_is_new_master() && self->is_early && geteuid() != 0)
                self_is_late_worker();
        /* Whoever accepts as a master has a child for each connection, armed or not. */
        armed = self_is_armed() ||
                (self->plan.settings.master_accepts && self->made_serving_socket);
        if (armed && children_are_refused()) {
                errno = EAGAIN;
                return false;
        }
        if (armed || self->serving) {
                self_prepare();
                supply_keep(&self->plan);
        }
        if (self->prepared)
                log_reopen();
        if (armed) {
                tell_twin();
                tell_changed_settings();
                supply_refresh(&self->plan);
                plan_look(&self->plan);
                *ret_forking = (struct forking){.armed = true, .place = children_fork()};
        }
        if (self->prepared)
                log_line(LEVEL_DEBUG, "forks: the child is ", armed ? "pending" : "not looked at",
                        NULL);
        note_fork(armed);
        if (errno != saved)
                errno = saved;
        return true;
}

void process_forked(const struct forking *forking, pid_t pid)
{
        children_forked(forking->place, pid);
}

void process_after_fork(const struct forking *forking)
{
        if (!process_is_undecided())
                return;
        self->pid = getpid();
        /* Not looked at first: to read it is a page fault of its own. */
        if (self->witness != &readiness_never_copied)
                *(volatile int *)(uintptr_t)self->witness = 1;
        self->has_forked = self->has_workers = self->made_serving_socket = false;
        self->role = role_of_child(self->role, forking->armed);
        self->is_child = true;
        self_look_early();
        children_begin(forking->place);
        sockets_forget_own();
        lookup_forget();
}
