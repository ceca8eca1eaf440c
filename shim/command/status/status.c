/* chrootshim status: who is jailed, by the kernel's own record. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/servers.h"
#include "command/status/status_choice.h"
#include "command/subcommand.h"
#include "command/terminal.h"
#include "settings/read.h"
#include "settings/user_settings.h"
#include "system/failure.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Exit statuses, as those of a monitoring system (and of LSB's "status"). */
enum { EXIT_JAILED = 0, EXIT_UNJAILED = 1, EXIT_NO_SERVER = 3, EXIT_UNKNOWN = 4 };

/* Milliseconds between two looks of --wait; and how long one that is seen unjailed may be so: it
 * may be about to enter. */
#define WAIT_PAUSE 100
#define WAIT_DOUBT 1000

/* Set by SIGINT and SIGTERM. */
static volatile sig_atomic_t ended;

static void end(int number)
{
        ended = 1;
}

/* Settings of whatever server there may be must not be those of another one. */
static bool are_asked_for(const struct status_choice *choice)
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

static int show(const struct status_choice *choice, const struct status_report *report)
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

static void wait_for(const struct status_choice *choice, struct status_report *report)
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

static void watch(const struct status_choice *choice, struct status_report *report)
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

static int complain(const struct status_choice *choice, const struct failure *failure)
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
static bool are_several(const struct options *options, const struct status_choice *choice)
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
        struct status_choice choice = {0};
        int status;

        status_choose(options, &choice);
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
        .options = status_options,
        .run = run,
};
