/* The refresher itself: waits until something changes, brings it, and ends with its master. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/refresh.h"
#include "supply/refresher.h"
#include "supply/source_watch.h"
#include "system/child.h"
#include "system/descriptors.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What ps(1) and top(1) show. */
static const char name[] = REFRESHER_NAME;

/*
 * Milliseconds from the first event to the work, so that one change of many steps is one. If
 * something has changed soon after the last work, it becomes twice as long, again and again: who
 * can write to a source must not keep a processor busy. Neither by much work: a pause is as long as
 * so many times what the last round took of it.
 */
#define PAUSE_SHORT 10
#define PAUSE_LONG 200
#define PAUSE_FACTOR 8
#define PAUSE_LONGEST 8000

/* The kernel's set of signals, as in system/child.c. */
#define SIGNAL_SET_SIZE 8

/*
 * struct refreshing - its state.
 * @end:     becomes readable when the master has ended.
 * @asked:   becomes readable when the master asks.
 * @mounts:  the list of what is mounted outside; poll(2) tells of its changes.
 * @mounted: it has changed: inotify knows nothing of what is mounted over a source.
 * @nothing: an O_PATH descriptor, in the place of the standard ones while nothing is to be told.
 * @log:     stderr is let go, and the master's opened anew for each line.
 * @cost:    milliseconds that the last round took of a processor.
 */
struct refreshing {
        struct plan *plan;
        pid_t master;
        struct source_watch watch;
        int end;
        int asked;
        int mounts;
        int nothing;
        bool mounted;
        bool log;
        int64_t cost;
};

static int64_t milliseconds_of(const struct timeval *time)
{
        return (int64_t)time->tv_sec * 1000 + time->tv_usec / 1000;
}

/* The milliseconds of a processor that this process has used, and those of its children that have
 * ended: they mount. */
static int64_t used(void)
{
        int64_t sum = 0;

        for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
                struct rusage usage = {0};

                kernel_call(SYS_getrusage, who, (long)&usage, 0, 0, 0);
                sum += milliseconds_of(&usage.ru_utime) + milliseconds_of(&usage.ru_stime);
        }
        return sum;
}

/* The master's stderr, if it can be opened once more: a socket cannot. */
static int open_log(const struct refreshing *state)
{
        char path[64] = "/proc/", number[NUMBER_SIZE];
        int fd;

        strcat(strcat(path, number_text(number, state->master)), "/fd/2");
        fd = kernel_open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
        /* By then the pid may be that of another process. */
        if (fd >= 0 && getppid() != state->master)
                child_exit(0);
        return fd;
}

static void put(int fd, int standard)
{
        kernel_call(SYS_dup3, fd, standard, 0, 0, 0);
}

/*
 * A line on stderr must reach the file that is the master's by now: it may have been rotated. While
 * nothing is told, no logger that reads from a pipe is to wait for this process to close it.
 */
static void begin_log(const struct refreshing *state)
{
        CLOSED_AT_END int fd = state->log ? open_log(state) : -1;

        if (fd >= 0)
                put(fd, STDERR_FILENO);
        log_reopen();
}

static void end_log(const struct refreshing *state)
{
        if (state->log)
                put(state->nothing, STDERR_FILENO);
}

/* Nobody's client is to be held open; its lines would not be for him either. */
static bool stderr_is_network(void)
{
        int domain = kernel_socket_option(STDERR_FILENO, SO_DOMAIN);

        return domain >= 0 && domain != AF_UNIX;
}

/* Nobody who reads from a pipe is to wait for this process to end. */
static bool stderr_is_pipe(void)
{
        struct file_facts facts;

        return kernel_facts(STDERR_FILENO, "", AT_EMPTY_PATH, &facts) == 0 && S_ISFIFO(facts.mode);
}

/* Can stderr be opened anew for each line? Where it cannot, and must not be kept, lines are lost.
 */
static bool may_let_go_of_log(const struct refreshing *state)
{
        CLOSED_AT_END int log = open_log(state);

        return log >= 0 || stderr_is_network() || stderr_is_pipe();
}

/* Keep nothing of the server's but what leads to the jail and the log. */
static void leave_server(struct refreshing *state)
{
        const struct jail *jail = &state->plan->jail;
        int kept[] = {state->nothing, jail->fd, jail->namespace, log_descriptor(), STDERR_FILENO};

        kernel_call(SYS_setsid, 0, 0, 0, 0, 0);
        kernel_chdir("/");
        /* A server may be another user for a moment. */
        if (!jail->rootless)
                kernel_call(SYS_setresuid, -1, 0, -1, 0, 0);
        kernel_file_user((uid_t)-1);
        state->log = may_let_go_of_log(state);
        descriptors_close(kept, sizeof(kept) / sizeof(kept[0]));
        put(state->nothing, STDIN_FILENO);
        put(state->nothing, STDOUT_FILENO);
        end_log(state);
}

static int open_asked(void)
{
        uint64_t set = UINT64_C(1) << (REFRESHER_SIGNAL - 1);

        return (int)kernel_call(
                SYS_signalfd4, -1, (long)&set, SIGNAL_SET_SIZE, SFD_NONBLOCK | SFD_CLOEXEC, 0);
}

/* Wait for an event, without end; or for so many milliseconds. The end of the master is the end. */
static void wait_for(struct refreshing *state, bool event, int64_t milliseconds)
{
        struct pollfd fds[] = {{.fd = state->end, .events = POLLIN},
                {.fd = event ? state->watch.fd : -1, .events = POLLIN},
                {.fd = event ? state->asked : -1, .events = POLLIN},
                {.fd = event ? state->mounts : -1, .events = POLLPRI}};
        struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

        kernel_call(
                SYS_ppoll, (long)fds, sizeof(fds) / sizeof(fds[0]), event ? 0 : (long)&time, 0, 0);
        if (fds[0].revents || getppid() != state->master)
                child_exit(0);
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

static void __attribute__((noreturn)) give_up(int error, const char *reason, const char *remedy)
{
        struct failure failure;

        failure_set(&failure, error, NULL, reason, remedy);
        log_failure(LEVEL_WARNING, "", &failure);
        child_exit(1);
}

static void begin_watching(struct refreshing *state)
{
        int error = source_watch_begin(&state->watch, state->plan);

        if (error < 0)
                give_up(error, "what is exposed cannot be watched",
                        "allow the server inotify, and raise fs.inotify.max_user_instances");
}

/* What it waits for besides. */
static void begin_waiting(struct refreshing *state)
{
        static const char remedy[] =
                "allow it in SystemCallFilter= of the unit, or in the container's profile";

        state->end = (int)kernel_call(SYS_pidfd_open, state->master, 0, 0, 0, 0);
        if (getppid() != state->master)
                child_exit(0);
        if (state->end < 0)
                give_up(state->end, "pidfd_open() fails", remedy);
        state->asked = open_asked();
        if (state->asked < 0)
                give_up(state->asked, "signalfd4() fails", remedy);
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
        int64_t begun = used();

        state->plan->refresher.page->rests = kernel_milliseconds() + pause;
        wait_for(state, false, pause);
        state->plan->refresher.page->rests = 0;
        begin_log(state);
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
        end_log(state);
        state->cost = used() - begun;
}

static int64_t next_pause(int64_t last, int64_t quiet, int64_t cost)
{
        int64_t pause = quiet > 2 * PAUSE_LONG ? PAUSE_SHORT : 2 * last;
        int64_t rest = PAUSE_FACTOR * cost - quiet;

        pause = pause > PAUSE_LONG ? PAUSE_LONG : pause;
        pause = pause < rest ? rest : pause;
        return pause > PAUSE_LONGEST ? PAUSE_LONGEST : pause;
}

static void __attribute__((noreturn)) loop(struct refreshing *state)
{
        int64_t pause = PAUSE_SHORT, ended = 0;

        for (;;) {
                wait_for(state, true, 0);
                pause = next_pause(pause, kernel_milliseconds() - ended, state->cost);
                look(state, pause);
                ended = kernel_milliseconds();
        }
}

void refresher_run(struct plan *plan, pid_t master, bool is_main)
{
        struct refreshing state = {.plan = plan, .master = master, .watch = SOURCE_WATCH_NONE};
        unsigned char looks[plan->exposures.count + 1];

        kernel_call(SYS_prctl, PR_SET_NAME, (long)name, 0, 0, 0);
        state.nothing = descriptor_raise(kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
        leave_server(&state);
        /*
         * So it ends in the midst of its work as well: whoever starts the server again at once, has
         * the jail for himself. The signal comes when the thread ends that has made this process;
         * that of another thread would say nothing of the master.
         */
        if (is_main)
                kernel_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        begin_log(&state);
        begin_waiting(&state);
        begin_watching(&state);
        if (refresh_look(plan, looks))
                work(&state, looks);
        end_log(&state);
        loop(&state);
}
