/* The refresher itself: waits until something changes, brings it, and ends with its master. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/apart.h"
#include "supply/refresh.h"
#include "supply/refresher.h"
#include "supply/source_watch.h"
#include "system/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>

/* The kernel's set of signals, as in system/child.c. */
#define SIGNAL_SET_SIZE 8

/*
 * struct refreshing - its state.
 * @asked:   becomes readable when the master asks.
 * @mounts:  the list of what is mounted outside; poll(2) tells of its changes.
 * @mounted: it has changed: inotify knows nothing of what is mounted over a source.
 */
struct refreshing {
        struct plan *plan;
        struct apart apart;
        struct source_watch watch;
        struct pace pace;
        int asked;
        int mounts;
        bool mounted;
};

static int open_asked(void)
{
        uint64_t set = UINT64_C(1) << (REFRESHER_SIGNAL - 1);

        return (int)kernel_call(
                SYS_signalfd4, -1, (long)&set, SIGNAL_SET_SIZE, SFD_NONBLOCK | SFD_CLOEXEC, 0);
}

/* Wait for an event, without end; or for so many milliseconds. The end of the master is the end. */
static void wait_for(struct refreshing *state, bool event, int64_t milliseconds)
{
        struct pollfd fds[] = {{.fd = state->apart.end, .events = POLLIN},
                {.fd = event ? state->watch.fd : -1, .events = POLLIN},
                {.fd = event ? state->asked : -1, .events = POLLIN},
                {.fd = event ? state->mounts : -1, .events = POLLPRI}};

        kernel_wait(fds, sizeof(fds) / sizeof(fds[0]),
                event ? WAIT_WITHOUT_END : milliseconds * 1000000);
        if (fds[0].revents)
                child_exit(0);
        apart_check_master(&state->apart);
        state->mounted |= fds[3].revents != 0;
}

/* Has the master asked? It is told that it has been heard after the question is taken: so one that
 * comes meanwhile is heard as well. */
static bool take_question(const struct refreshing *state)
{
        struct signalfd_siginfo question;
        bool asked = false;

        while (kernel_read(state->asked, &question, sizeof(question)) > 0)
                asked = true;
        state->plan->refresher.page->asked = 0;
        return asked;
}

static void begin_watching(struct refreshing *state)
{
        int error = source_watch_begin(&state->watch, state->plan);

        if (error < 0)
                apart_give_up(error, "what is exposed cannot be watched",
                        "allow the server inotify, and raise fs.inotify.max_user_instances");
}

/* What it waits for besides. */
static void begin_waiting(struct refreshing *state)
{
        apart_watch_master(&state->apart);
        state->asked = open_asked();
        if (state->asked < 0)
                apart_give_up(state->asked, "signalfd4() fails",
                        "allow it in SystemCallFilter= of the unit, or in the container's profile");
        state->mounts = kernel_open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
}

/* The ways to all of them, as they are now. What is in one is watched as well once another one is
 * found there: who mounts somewhere else, again and again, must not make long walks. */
static void watch_ways(struct refreshing *state)
{
        for (size_t i = 0; i < state->plan->exposures.count; i++)
                if (refresh_may_change(&state->plan->exposures.item[i]))
                        source_watch_add_way(&state->watch, state->plan, i);
}

/* Bring what @looks says. The ways to it are watched first: so what changes meanwhile is seen. */
static void work(struct refreshing *state, const unsigned char *looks)
{
        for (size_t i = 0; i < state->plan->exposures.count; i++)
                if (looks[i] != LOOK_NOT && refresh_may_change(&state->plan->exposures.item[i]))
                        source_watch_add(&state->watch, state->plan, i);
        refresh(state->plan, looks);
}

static bool any_look(const struct refreshing *state, const unsigned char *looks)
{
        for (size_t i = 0; i < state->plan->exposures.count; i++)
                if (looks[i] != LOOK_NOT)
                        return true;
        return false;
}

/* One round: what has happened is looked at, after a pause in which more may happen. */
static void look(struct refreshing *state, int64_t pause)
{
        unsigned char looks[state->plan->exposures.count + 1];
        state->plan->refresher.page->rests = kernel_milliseconds() + pause;
        wait_for(state, false, pause);
        state->plan->refresher.page->rests = 0;
        pace_begin(&state->pace);
        apart_begin_log(&state->apart);
        memset(looks, LOOK_NOT, sizeof(looks));
        if (state->mounted)
                watch_ways(state);
        if (take_question(state) || state->mounted)
                refresh_look(state->plan, looks);
        state->mounted = false;
        if (source_watch_read(&state->watch, state->plan, looks))
                begin_watching(state);
        if (any_look(state, looks))
                work(state, looks);
        apart_end_log(&state->apart);
        pace_end(&state->pace);
}

static void __attribute__((noreturn)) loop(struct refreshing *state)
{
        for (;;) {
                wait_for(state, true, 0);
                look(state, pace_next(&state->pace));
        }
}

void refresher_run(struct plan *plan, pid_t master, bool is_main)
{
        struct refreshing state = {.plan = plan, .watch = SOURCE_WATCH_NONE};
        const int kept[] = {plan->jail.fd, plan->jail.namespace};
        unsigned char looks[plan->exposures.count + 1];

        apart_begin(&state.apart, master, REFRESHER_NAME, is_main, !plan->jail.rootless, kept,
                sizeof(kept) / sizeof(kept[0]));
        apart_begin_log(&state.apart);
        begin_waiting(&state);
        begin_watching(&state);
        if (refresh_look(plan, looks))
                work(&state, looks);
        apart_end_log(&state.apart);
        loop(&state);
}
