/* chrootshim trace: starts a server, and names what its workers look for in the jail in vain. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/memory.h"
#include "command/servers.h"
#include "command/subcommand.h"
#include "command/trace/trace_keeper.h"
#include "command/trace/trace_server.h"
#include "command/trace/trace_show.h"
#include "settings/read.h"
#include "supply/plan.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPTION_JSON = 1, OPTION_FOR, OPTION_WRITE, OPTION_ALL, OPTION_SOCKET };

static const struct command_option own_options[] = {
        {"for", "SECONDS", "end after so long; else at ^C, or with the server", OPTION_FOR},
        {"all", NULL, "show also what is missing outside as well", OPTION_ALL},
        {"write", "FILE", "put the lines that help into this file of settings", OPTION_WRITE},
        {"json", NULL, "print the summary as JSON", OPTION_JSON},
        {"socket", "PATH", "where workers call; else in a new directory", OPTION_SOCKET},
        {.name = NULL},
};

#define LONGEST_TRACE (30L * 24 * 60 * 60)
/* No more than so many can have been told, and not heard. */
#define MOST_EVENTS (TRACE_CHANNEL_ROOM / 256)

/*
 * struct trace - what is traced.
 *
 * @deadline: in kernel_milliseconds(); 0 for none.
 * @events:   from trace_keeper_start(); @signals: a signalfd(2).
 */
struct trace {
        struct plan plan;
        struct trace_report report;
        struct trace_server server;
        bool json;
        const char *write_to;
        const char *socket;
        long seconds;
        int64_t deadline;
        int events;
        int signals;
};

static int fail(const char *before, const struct failure *failure, int status)
{
        char text[FAILURE_TEXT_SIZE];

        fprintf(stderr, "chrootshim trace: %s%s\n", before,
                failure_text(failure, text, sizeof(text)));
        return status;
}

static void read_options(struct trace *trace, struct options *options)
{
        int option;

        while ((option = options_next(options)) != 0) {
                if (option == OPTION_JSON)
                        trace->json = true;
                else if (option == OPTION_ALL)
                        trace->report.all = true;
                else if (option == OPTION_WRITE)
                        trace->write_to = options->argument;
                else if (option == OPTION_SOCKET)
                        trace->socket = options->argument;
                else
                        trace->seconds = options_number(options, 1, LONGEST_TRACE);
        }
        if (trace->socket && trace->socket[0] != '/')
                options_misuse(options, "--socket: it must be an absolute path");
}

static int read_settings(struct trace *trace, char *const *words)
{
        struct failure failure = {0};

        servers_choose(words);
        if (settings_read(&trace->plan.settings, &failure) < 0)
                return fail("", &failure, STATUS_CONFIG);
        if (!trace->plan.settings.jail) {
                failure_set(&failure, 0, NULL, "no jail is configured", NULL);
                failure_remedy(
                        &failure, "give --jail DIRECTORY, or set `jail` in %s", settings_file());
                return fail("", &failure, STATUS_CONFIG);
        }
        return plan_check(&trace->plan, &failure) < 0 ? fail("", &failure, STATUS_CONFIG) : 0;
}

/* Those that end the trace, and that of a child's end, are read from a descriptor. */
static int watch_signals(void)
{
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGCHLD);
        sigprocmask(SIG_BLOCK, &set, NULL);
        return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Return: false if the trace is to end. */
static bool take_signals(struct trace *trace)
{
        struct signalfd_siginfo signal;
        bool goes_on = true;

        while (read(trace->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal))
                if (signal.ssi_signo != SIGCHLD)
                        goes_on = false;
        return goes_on && !trace_server_has_ended(&trace->server);
}

/* Return: false if nobody tells any more. */
static bool take_event(struct trace *trace)
{
        static struct trace_event event;
        int received = trace_event_receive(trace->events, &event);

        if (received < 0)
                return true;
        if (received == 0) {
                fputs("chrootshim trace: the process that answers the workers was killed, and they "
                      "with it; the server goes on with others, which are not traced\n",
                        stderr);
                return false;
        }
        if (event.what == TRACE_EVENT_BEGIN)
                trace->report.workers++;
        if (event.what == TRACE_EVENT_CALL)
                trace_report_add(&trace->report, &event);
        return true;
}

/* In milliseconds; -1: no end is set. */
static int time_left(const struct trace *trace, int settle)
{
        int64_t left = trace->deadline - kernel_milliseconds();

        if (!trace->deadline)
                return settle;
        left = left < 0 ? 0 : left;
        if (settle >= 0 && settle < left)
                return settle;
        return left < INT_MAX ? (int)left : INT_MAX;
}

static void watch(struct trace *trace)
{
        int keeper = (int)syscall(SYS_pidfd_open, trace->server.keeper, 0);
        struct pollfd fds[] = {
                {trace->events, POLLIN, 0}, {trace->signals, POLLIN, 0}, {keeper, POLLIN, 0}};

        for (;;) {
                int settle = trace_report_settle(&trace->report, false);

                poll(fds, 3, time_left(trace, settle));
                if (fds[2].revents) {
                        fputs("chrootshim trace: the process that workers call was killed: those "
                              "that begin now are not traced\n",
                                stderr);
                        fds[2].fd = -1;
                }
                if (fds[0].revents && !take_event(trace))
                        break;
                if (fds[1].revents && !take_signals(trace))
                        break;
                if (trace->deadline && kernel_milliseconds() >= trace->deadline)
                        break;
        }
        if (keeper >= 0)
                close(keeper);
}

/* What was told before the end, however busy the machine; a busy server has no end of it. */
static void drain(struct trace *trace)
{
        struct pollfd fd = {trace->events, POLLIN, 0};

        for (int i = 0; i < MOST_EVENTS && poll(&fd, 1, 0) > 0 && take_event(trace); i++)
                ;
        trace->report.lost += *trace->server.lost;
        trace_report_settle(&trace->report, true);
}

static int tell(struct trace *trace)
{
        struct failure failure = {0};

        if (trace->json) {
                struct json_object *object = trace_show_json(&trace->report);

                puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
                json_object_put(object);
        } else {
                trace_show_table(&trace->report, stdout);
        }
        if (trace->write_to && trace_show_write(&trace->report, trace->write_to,
                                       trace->json ? stderr : stdout, &failure) < 0)
                return fail("", &failure, STATUS_FAILED);
        return 0;
}

static int trace_it(struct trace *trace, char **command)
{
        struct failure failure = {0};
        int status, told;

        trace->signals = watch_signals();
        trace->events = trace_server_prepare(&trace->server, trace->socket, &failure);
        if (trace->events < 0)
                return fail("", &failure, STATUS_FAILED);
        if (!command[0])
                fprintf(stderr, "Start the server with CHROOTSHIM_TRACE=%s in its environment.\n",
                        trace->server.path);
        else if (trace_server_start(&trace->server, command,
                         trace->json ? STDERR_FILENO : STDOUT_FILENO, &failure) < 0)
                return fail("", &failure, STATUS_FAILED);
        if (trace->seconds > 0)
                trace->deadline = kernel_milliseconds() + trace->seconds * 1000;
        watch(trace);
        drain(trace);
        status = trace_server_leave(&trace->server);
        told = tell(trace);
        return status ? status : told;
}

static int run(struct options *options)
{
        struct trace trace = {.plan = PLAN_NONE};
        int status;

        read_options(&trace, options);
        status = read_settings(&trace, options_rest(options));
        if (status != 0)
                return status;
        trace.report.plan = &trace.plan;
        trace.report.live = !trace.json && isatty(STDOUT_FILENO) ? stdout : NULL;
        status = trace_it(&trace, options_rest(options));
        trace_report_release(&trace.report);
        return status;
}

const struct subcommand subcommand_trace = {
        .name = "trace",
        .arguments = "[-- COMMAND...]",
        .summary = "start a server, and name what its workers look for in the jail in vain",
        .options = own_options,
        .run = run,
};
