/* chrootshim status: who is jailed, by the kernel's own record. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/servers.h"
#include "command/status/status_report.h"
#include "command/subcommand.h"
#include "command/terminal.h"
#include "command/user_jail.h"
#include "settings/read.h"
#include "settings/user_settings.h"
#include "system/failure.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Exit statuses, as those of a monitoring system (and of LSB's "status"). */
enum { EXIT_JAILED = 0, EXIT_UNJAILED = 1, EXIT_NO_SERVER = 3, EXIT_UNKNOWN = 4 };

enum {
        OPTION_ALL = 1,
        OPTION_PID,
        OPTION_JSON,
        OPTION_NAGIOS,
        OPTION_QUIET,
        OPTION_ALLOW_IDLE,
        OPTION_WAIT,
        OPTION_WATCH,
        OPTION_USER
};

/* Seconds, where none are given. */
#define WAIT_SECONDS 30
#define WATCH_SECONDS 2

/* Milliseconds between two looks of --wait; and how long one that is seen unjailed may be so: it
 * may be about to enter. */
#define WAIT_PAUSE 100
#define WAIT_DOUBT 1000

static const struct command_option own_options[] = {
        {"pid", "PID", "the server of this pid, and not that of the settings", OPTION_PID},
        {"all", NULL, "all servers in which libchrootshim is loaded", OPTION_ALL},
        {"user", "NAME", "where each user has a jail: the workers of this one", OPTION_USER},
        {"json", NULL, "print JSON (status.schema.json); with --watch a line each time",
                OPTION_JSON},
        {"nagios", NULL, "print one line, and exit, as monitoring plugins do", OPTION_NAGIOS},
        {"quiet", NULL, "print nothing if each worker is jailed", OPTION_QUIET},
        {"allow-idle", NULL, "no worker is no error, if libchrootshim is loaded in the server",
                OPTION_ALLOW_IDLE},
        {"wait", "[=SECONDS]", "until workers serve and each is jailed; 30 at most", OPTION_WAIT},
        {"watch", "[=SECONDS]", "again and again, each 2 seconds, until Ctrl-C", OPTION_WATCH},
        {0},
};

struct choice {
        struct status_wish wish;
        struct users users;
        bool json;
        bool nagios;
        bool quiet;
        long wait;
        long watch;
};

/* Set by SIGINT and SIGTERM. */
static volatile sig_atomic_t ended;

static void end(int number)
{
        ended = 1;
}

static long seconds(const struct options *options, long usual)
{
        return options->argument ? options_number(options, 1, 86400) : usual;
}

static void read_user(const struct options *options, struct choice *choice)
{
        struct failure failure;

        users_release(&choice->users);
        if (users_add_named(&choice->users, options->argument, &failure) < 0)
                options_misuse(options, "--user %s: %s", options->argument, failure.reason);
        choice->wish.only = &choice->users.item[0].uid;
}

static void read_options(struct options *options, struct choice *ret_choice)
{
        int option;

        while ((option = options_next(options))) {
                if (option == OPTION_ALL)
                        ret_choice->wish.all = true;
                else if (option == OPTION_PID)
                        ret_choice->wish.pid = (pid_t)options_number(options, 1, INT32_MAX);
                else if (option == OPTION_JSON)
                        ret_choice->json = true;
                else if (option == OPTION_NAGIOS)
                        ret_choice->nagios = true;
                else if (option == OPTION_QUIET)
                        ret_choice->quiet = true;
                else if (option == OPTION_ALLOW_IDLE)
                        ret_choice->wish.idle_is_good = true;
                else if (option == OPTION_WAIT)
                        ret_choice->wait = seconds(options, WAIT_SECONDS);
                else if (option == OPTION_USER)
                        read_user(options, ret_choice);
                else if (option == OPTION_WATCH)
                        ret_choice->watch = seconds(options, WATCH_SECONDS);
        }
        options_no_rest(options);
        if (ret_choice->wish.all && ret_choice->wish.pid)
                options_misuse(options, "--all and --pid exclude each other");
        if (ret_choice->nagios && (ret_choice->json || ret_choice->quiet))
                options_misuse(options, "--nagios goes with neither --json nor --quiet");
        if (ret_choice->watch && (ret_choice->nagios || ret_choice->wait || ret_choice->quiet))
                options_misuse(options, "--watch goes with neither --nagios, --wait nor --quiet");
}

/* Settings of whatever server there may be must not be those of another one. */
static bool are_asked_for(const struct choice *choice)
{
        bool named = getenv(SETTINGS_VARIABLE) || getenv(setting_keys[SETTING_jail].variable);

        return !choice->wish.all && (!choice->wish.pid || named);
}

static int exit_status(const struct status_report *report)
{
        if (status_is_good(report))
                return EXIT_JAILED;
        switch (report->verdict) {
        case SURVEY_UNJAILED:
                return EXIT_UNJAILED;
        case SURVEY_NO_SERVER:
                return EXIT_NO_SERVER;
        default:
                return EXIT_UNKNOWN;
        }
}

static void pause_for(long milliseconds)
{
        struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

        if (!ended)
                nanosleep(&time, NULL);
}

static int show(const struct choice *choice, const struct status_report *report)
{
        int status = exit_status(report);
        struct json_object *object;

        if (choice->nagios)
                return status_nagios(report, stdout);
        if (!choice->json) {
                status_show(report, stdout);
                return status;
        }
        object = status_json(report, status);
        puts(json_object_to_json_string_ext(object,
                (choice->watch ? 0 : JSON_C_TO_STRING_PRETTY) | JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(object);
        return status;
}

/* Is one that is wrong wrong for good? A server that is alone may be about to start workers. */
static bool is_hopeless(const struct status_report *report)
{
        for (size_t i = 0; i < report->count; i++)
                if (report->server[i].verdict == SURVEY_UNJAILED && !report->server[i].lone)
                        return true;
        return false;
}

static void wait_for(const struct choice *choice, struct status_report *report)
{
        int64_t now = kernel_milliseconds(), until = now + choice->wait * 1000, hoped = now;

        for (;;) {
                status_look(&choice->wish, false, report);
                now = kernel_milliseconds();
                if (!is_hopeless(report))
                        hoped = now;
                if ((status_is_good(report) && !status_is_starting(report)) ||
                        now - hoped >= WAIT_DOUBT || ended || now >= until)
                        return;
                pause_for(WAIT_PAUSE);
        }
}

/* One line each, which a log can take. */
static void show_lines(const struct status_report *report)
{
        char stamp[32] = "";
        time_t now = time(NULL);
        struct tm parts;

        if (gmtime_r(&now, &parts))
                strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &parts);
        for (size_t i = 0; i < report->count || i == 0; i++) {
                char *line = status_summary(report, report->count ? &report->server[i] : NULL);

                printf("%s ", stamp);
                terminal_print(stdout, line);
                putchar('\n');
                free(line);
        }
}

static void watch(const struct choice *choice, struct status_report *report)
{
        bool terminal = isatty(STDOUT_FILENO);

        while (!ended) {
                status_look(&choice->wish, false, report);
                if (choice->json) {
                        show(choice, report);
                } else if (terminal) {
                        /* To the top left, and nothing of the last time below. */
                        fputs("\033[H\033[2J", stdout);
                        show(choice, report);
                } else {
                        show_lines(report);
                }
                if (fflush(stdout) != 0)
                        return;
                pause_for(choice->watch * 1000);
        }
}

static void catch_end(void)
{
        struct sigaction action = {.sa_handler = end};

        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
}

static int complain(const struct choice *choice, const struct failure *failure)
{
        char text[FAILURE_TEXT_SIZE];

        failure_text(failure, text, sizeof(text));
        if (choice->nagios) {
                fputs("CHROOTSHIM UNKNOWN: ", stdout);
                terminal_print(stdout, text);
                putchar('\n');
                return 3;
        }
        fputs("chrootshim status: ", stderr);
        terminal_print(stderr, text);
        fputc('\n', stderr);
        return STATUS_CONFIG;
}

/* From good to bad; what is none of them, such as wrong settings, is worst. */
static int badness(int status)
{
        static const int order[] = {EXIT_JAILED, EXIT_NO_SERVER, EXIT_UNKNOWN, EXIT_UNJAILED};
        int i = 0;

        while (i < (int)(sizeof(order) / sizeof(order[0])) && order[i] != status)
                i++;
        return i;
}

static int worse(int one, int other)
{
        return badness(one) > badness(other) ? one : other;
}

/* Those whose settings are asked for; a line for monitoring, or a screen, is about one. */
static bool are_several(const struct options *options, const struct choice *choice)
{
        if (!are_asked_for(choice))
                return false;
        if (choice->wish.pid)
                servers_choose_process(choice->wish.pid);
        if (!servers_are_several())
                return false;
        if (choice->nagios || choice->watch)
                options_misuse(options, "the file of settings has several servers: --nagios and "
                                        "--watch take one, by --server");
        return true;
}

static int run(struct options *options)
{
        struct settings settings = {0};
        struct failure failure = {0};
        struct status_report report = {0};
        struct choice choice = {0};
        int status;

        read_options(options, &choice);
        if (are_several(options, &choice))
                return servers_each(options, choice.json, choice.quiet, worse);
        if (are_asked_for(&choice)) {
                if (settings_read(&settings, &failure) < 0)
                        return complain(&choice, &failure);
                choice.wish.settings = &settings;
        }
        if (choice.wish.only &&
                (!choice.wish.settings || !settings_are_template(choice.wish.settings)))
                options_misuse(options, "--user: no settings name a jail for each user");
        if (choice.watch || choice.wait)
                catch_end();
        if (choice.watch) {
                watch(&choice, &report);
                status = exit_status(&report);
        } else {
                if (choice.wait)
                        wait_for(&choice, &report);
                else
                        status_look(&choice.wish, true, &report);
                status = exit_status(&report);
                if (!choice.quiet || status != EXIT_JAILED)
                        status = show(&choice, &report);
        }
        status_release(&report);
        settings_release(&settings);
        users_release(&choice.users);
        return status;
}

const struct subcommand subcommand_status = {
        .name = "status",
        .summary = "show a server's processes, and whether its workers are jailed",
        .options = own_options,
        .run = run,
};
