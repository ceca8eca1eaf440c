/* Starts a server, waits until its workers serve in the jail, and stops it if they do not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/run_wait.h"

#include "command/memory.h"
#include "command/run/offspring.h"
#include "command/run/run_look.h"
#include "command/subcommand.h"
#include "command/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In milliseconds: between two looks; how long a server has to end, and what it leaves behind; how
 * long one that is seen unjailed may be, for a look at many processes is not of one moment. */
enum { PAUSE = 200, GRACE = 10000, REST = 1000, DOUBT = 1000 };

/*
 * One waiting.
 *
 * @command:  what was started.
 * @status:   its wait(2) status; with @returned.
 * @deadline: in the milliseconds of kernel_milliseconds().
 * @doubt:    since when it is seen unjailed; 0 if it is not.
 * @jailed:   how often in a row it was seen jailed.
 * @gone:     nothing of it was left by itself.
 * @left:     something of it could not be ended.
 * @why:      what the last look has shown, in words; from malloc().
 */
struct waiting {
        struct launch *launch;
        pid_t command;
        bool returned;
        int status;
        int64_t deadline;
        int64_t doubt;
        unsigned jailed;
        bool gone;
        bool left;
        char *why;
};

/* The signal by which this process was asked to end. */
static volatile sig_atomic_t asked;

static void note_signal(int signal)
{
        asked = signal;
}

/* What was ignored, as by nohup(1), stays so. */
static void listen_for(int signal)
{
        struct sigaction action = {.sa_handler = note_signal}, old;

        sigemptyset(&action.sa_mask);
        if (sigaction(signal, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
                sigaction(signal, &action, NULL);
}

static void pause_for(long milliseconds)
{
        struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};

        nanosleep(&pause, NULL);
}

static bool has_failed(const struct waiting *waiting)
{
        return waiting->returned && waiting->status != 0;
}

/* Is there something to be judged now? */
static bool is_over(struct waiting *waiting, enum run_look seen)
{
        int64_t now = kernel_milliseconds();

        waiting->jailed = seen == RUN_JAILED ? waiting->jailed + 1 : 0;
        if (seen != RUN_UNJAILED)
                waiting->doubt = 0;
        else if (waiting->doubt == 0)
                waiting->doubt = now;
        return waiting->jailed >= 2 || (waiting->doubt && now - waiting->doubt >= DOUBT) ||
               (seen == RUN_GONE && waiting->returned) || now >= waiting->deadline;
}

static bool wait_for_workers(struct waiting *waiting)
{
        enum run_look seen;

        do {
                pause_for(PAUSE);
                if (!waiting->returned)
                        waiting->returned = offspring_collect(waiting->command, &waiting->status);
                else
                        offspring_collect(0, NULL);
                if (asked || has_failed(waiting))
                        return false;
                free(waiting->why);
                seen = run_look(&waiting->launch->plan, &waiting->why);
                waiting->gone = seen == RUN_GONE;
        } while (!is_over(waiting, seen));
        return waiting->jailed >= 2;
}

/* Wait until none of these runs any more, or nothing at all; @milliseconds at most. */
static void wait_for_end(const pid_t *pids, size_t count, int64_t milliseconds)
{
        int64_t deadline = kernel_milliseconds() + milliseconds;
        bool left = true;

        while (left && kernel_milliseconds() < deadline) {
                struct offspring all;

                pause_for(PAUSE);
                offspring_collect(0, NULL);
                offspring_list(&all);
                left = pids == NULL && all.count > 0;
                for (size_t i = 0; i < count; i++)
                        left |= offspring_has(&all, pids[i]);
                offspring_release(&all);
        }
}

/* The masters first, gently: they end their own workers and loggers, and clean up. */
static void stop(struct waiting *waiting)
{
        struct offspring all;
        pid_t *masters;
        size_t count;

        offspring_list(&all);
        masters = memory_grow(NULL, all.count + 1, sizeof(*masters));
        count = run_serving(&all, masters);
        if (count == 0 && !waiting->returned)
                masters[count++] = waiting->command;
        for (size_t i = 0; i < count; i++)
                offspring_signal(masters[i], SIGTERM);
        wait_for_end(masters, count, GRACE);
        wait_for_end(NULL, 0, REST);
        waiting->left = !offspring_end();
        free(masters);
        offspring_release(&all);
}

/* Return: the exit status. */
static int tell_failure(struct waiting *waiting)
{
        if (asked)
                return 128 + asked;
        if (has_failed(waiting))
                return WIFEXITED(waiting->status) ? WEXITSTATUS(waiting->status)
                                                  : 128 + WTERMSIG(waiting->status);
        fprintf(stderr, "chrootshim run: %s: ",
                waiting->gone ? "no server was started"
                              : "the server was stopped, for its workers were not seen in the "
                                "jail");
        terminal_print(stderr, waiting->why ? waiting->why : "there was no time to look");
        fprintf(stderr, "; its log may tell why%s\n",
                waiting->left ? ". SOMETHING OF IT COULD NOT BE ENDED, and runs" : "");
        return STATUS_FAILED;
}

/* Let this process group have the terminal, as a shell does it (tcsetpgrp(3)). */
static void give_terminal(pid_t group)
{
        sigset_t stop, before;

        sigemptyset(&stop);
        sigaddset(&stop, SIGTTOU);
        sigprocmask(SIG_BLOCK, &stop, &before);
        tcsetpgrp(STDIN_FILENO, group);
        sigprocmask(SIG_SETMASK, &before, NULL);
}

/*
 * In a process group of its own, for httpd in the foreground ends its whole group; with the
 * terminal, if this one has it: it may ask for a passphrase.
 */
static pid_t start(char *const *words, bool terminal)
{
        pid_t pid = fork();

        if (pid > 0)
                setpgid(pid, pid);
        if (pid != 0)
                return pid;
        setpgid(0, 0);
        if (terminal)
                give_terminal(getpid());
        launch_execute(words);
}

int run_wait(struct launch *launch, char *const *words, unsigned seconds)
{
        struct waiting waiting = {
                .launch = launch, .deadline = kernel_milliseconds() + seconds * 1000LL};
        bool terminal = tcgetpgrp(STDIN_FILENO) == getpgrp();
        int status = 0;

        offspring_adopt();
        listen_for(SIGINT);
        listen_for(SIGTERM);
        listen_for(SIGHUP);
        waiting.command = start(words, terminal);
        if (waiting.command < 0) {
                fprintf(stderr, "chrootshim run: fork: %s\n", strerror(errno));
                return STATUS_FAILED;
        }
        if (!wait_for_workers(&waiting)) {
                stop(&waiting);
                status = tell_failure(&waiting);
        }
        if (terminal)
                give_terminal(getpgrp());
        free(waiting.why);
        return status;
}
