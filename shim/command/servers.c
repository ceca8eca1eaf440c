/* Where the file of settings has sections for several servers: which one a subcommand is about. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/servers.h"

#include "command/memory.h"
#include "command/run/destination.h"
#include "command/subcommand.h"
#include "command/terminal.h"
#include "settings/read.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The paths and names by which the server may be listed. */
static const char *candidates[4];

static bool lists_candidate(const struct settings *section)
{
        for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
                if (candidates[i] && settings_lists_program(section, candidates[i]))
                        return true;
        return section->programs.count == 0;
}

static void choose(const char *name)
{
        if (setenv(SETTINGS_SERVER_VARIABLE, name, 1) < 0)
                abort();
}

/* Whether the file can be read at all is told by who reads it. */
static void choose_candidate(void)
{
        struct settings settings;
        struct failure ignored;

        if (settings_read_for(&settings, lists_candidate, &ignored) == 0) {
                if (settings.server > 0)
                        choose(settings.servers.item[settings.server - 1]);
                else if (settings.servers.count > 0)
                        choose(getenv(setting_keys[SETTING_jail].variable) ? "" : candidates[0]);
        }
        settings_release(&settings);
}

void servers_choose(char *const *words)
{
        struct destination server;
        struct failure ignored;
        char *real;

        if (!words[0] || words[0][0] == '-' || getenv(SETTINGS_SERVER_VARIABLE))
                return;
        if (destination_find(words, &server, &ignored) < 0)
                server = (struct destination){NULL, NULL, NULL};
        real = server.program ? realpath(server.program, NULL) : NULL;
        candidates[0] = server.script ? server.script : server.name ? server.name : words[0];
        candidates[1] = real;
        candidates[2] = server.name;
        candidates[3] = words[0];
        choose_candidate();
        free(real);
        destination_release(&server);
}

void servers_choose_process(pid_t pid)
{
        char *link = memory_format("/proc/%d/exe", pid), *program = realpath(link, NULL);

        candidates[0] = program;
        candidates[1] = candidates[2] = candidates[3] = NULL;
        if (program && !getenv(SETTINGS_SERVER_VARIABLE))
                choose_candidate();
        free(program);
        free(link);
}

/* Their names; none where the file cannot be read, which who reads it tells. */
static void list(struct setting_list *ret_names)
{
        struct settings settings;
        struct failure ignored;

        *ret_names = (struct setting_list){NULL, 0};
        if (settings_read_for(&settings, NULL, &ignored) == 0) {
                *ret_names = settings.servers;
                settings.servers = (struct setting_list){NULL, 0};
        }
        settings_release(&settings);
}

bool servers_are_several(void)
{
        struct setting_list names;
        bool several;

        if (getenv(SETTINGS_SERVER_VARIABLE) || getenv(setting_keys[SETTING_jail].variable))
                return false;
        list(&names);
        several = names.count > 1;
        setting_list_clear(&names);
        return several;
}

static void execute(const struct options *options, const char *server)
{
        char **words = memory_grow(NULL, (size_t)options->count + 2, sizeof(*words));
        char *own = realpath("/proc/self/exe", NULL);

        words[0] = memory_copy("chrootshim");
        memcpy(words + 1, options->words, (size_t)options->count * sizeof(*words));
        words[options->count + 1] = NULL;
        choose(server);
        if (own)
                execv(own, words);
        _exit(STATUS_FAILED);
}

/* Return: its exit status. */
static int run_one(const struct options *options, const char *server)
{
        int status = -1;
        pid_t pid;

        fflush(stdout);
        pid = fork();
        if (pid == 0)
                execute(options, server);
        if (pid > 0)
                waitpid(pid, &status, 0);
        return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED;
}

static void begin(const char *server, bool first, bool json)
{
        struct json_object *name;

        if (json) {
                name = json_object_new_string(server);
                printf("%s{\"server\": %s, \"result\": ", first ? "[" : ",\n",
                        json_object_to_json_string_ext(name, JSON_C_TO_STRING_NOSLASHESCAPE));
                json_object_put(name);
                return;
        }
        terminal_colour(stdout, TERMINAL_BOLD);
        printf("%s== ", first ? "" : "\n");
        terminal_print(stdout, server);
        puts("");
        terminal_colour(stdout, TERMINAL_PLAIN);
}

int servers_each(const struct options *options, bool json, bool quiet, int (*worse)(int, int))
{
        struct setting_list names;
        int worst = 0;

        list(&names);
        for (size_t i = 0; i < names.count; i++) {
                int status;

                if (!quiet || json)
                        begin(names.item[i], i == 0, json);
                status = run_one(options, names.item[i]);
                worst = i == 0 ? status : worse(worst, status);
                if (json)
                        fputs("}", stdout);
        }
        if (json)
                puts("]");
        setting_list_clear(&names);
        return worst;
}
