/* What a shell script will start, as far as its text tells: apachectl and its like. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/shell_script.h"

#include "command/check/inquiry.h"
#include "command/memory.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Most bytes of a script that are looked at; apachectl has a tenth of that. */
#define SCRIPT_LIMIT 65536

static const char drop_in_cure[] = "put the environment into the unit: `chrootshim init SERVER "
                                   "--jail DIR` does that, see also "
                                   "examples/systemd";

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

bool shell_script_is_shell(const char *path)
{
        static const char *const shells[] = {
                "sh", "dash", "bash", "ash", "ksh", "ksh93", "mksh", "zsh", "yash"};

        for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
                if (strcmp(base_name(path), shells[i]) == 0)
                        return true;
        return false;
}

/* Its text, from malloc(); NULL if it cannot be read. */
static char *read_text(const char *path)
{
        CLOSED_AT_END int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
        char *text = memory_grow(NULL, SCRIPT_LIMIT + 1, 1);
        ssize_t length = fd < 0 ? fd : kernel_read(fd, text, SCRIPT_LIMIT);

        if (length < 0) {
                free(text);
                return NULL;
        }
        text[length] = '\0';
        return text;
}

/* The first line that begins so, blanks left out; or NULL. */
static char *find_line(char *text, const char *begin)
{
        for (char *line = text; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                line += strspn(line, " \t");
                if (strncmp(line, begin, strlen(begin)) == 0)
                        return line;
        }
        return NULL;
}

/* Does one of its commands contain this? */
static bool has_command(const char *text, const char *command)
{
        for (const char *line = text; line; line = strchr(line, '\n')) {
                const char *found = strstr(line += *line == '\n', command);
                const char *end = strchr(line, '\n');

                if (line[strspn(line, " \t")] != '#' && found && (!end || found < end))
                        return true;
        }
        return false;
}

static bool systemd_is_booted(void)
{
        char program[256];
        ssize_t length = kernel_readlink("/proc/1/exe", program, sizeof(program) - 1);

        if (length > 0)
                program[length] = '\0';
        return access("/run/systemd/system", F_OK) == 0 ||
               (length > 0 && strstr(program, "systemd"));
}

/*
 * On a machine that systemd has booted, apachectl asks it to start its own: Debian's with "start"
 * alone, if its unit has not said that it is the caller; RHEL's with all that may start httpd, also
 * behind "-k".
 */
static bool hands_over(const char *text, char *const *words)
{
        const char *caller = getenv("APACHE_STARTED_BY_SYSTEMD");

        if (!words[0] || !has_command(text, "systemctl ") || !systemd_is_booted())
                return false;
        if (has_command(text, "APACHE_STARTED_BY_SYSTEMD"))
                return !words[1] && strcmp(words[0], "start") == 0 && !(caller && caller[0]);
        if (strcmp(words[0], "-k") == 0)
                words++;
        return words[0] && (strcmp(words[0], "start") == 0 || strcmp(words[0], "restart") == 0 ||
                                   strcmp(words[0], "graceful") == 0);
}

static bool is_init_script(const char *path)
{
        char *real = realpath(path, NULL);
        bool is = real && (strncmp(real, "/etc/init.d/", 12) == 0 ||
                                  strncmp(real, "/etc/rc.d/init.d/", 17) == 0);

        free(real);
        return is;
}

static int refuse(struct failure *failure, const char *path, const char *reason)
{
        return failure_set(failure, 0, path, reason, drop_in_cure);
}

/* Run the script up to the line that says what httpd is. Return: its first word; or NULL. */
static char *ask_script(const char *shell, const char *path, char *text, char *line)
{
        size_t length = strcspn(line, "\n");
        char *head = memory_format("%.*s\nprintf '\\nHTTPD=%%s\\n' \"$HTTPD\"\n",
                (int)((size_t)(line - text) + length), text);
        char *words[] = {memory_copy(shell), memory_copy("-c"), head, memory_copy(path), NULL};
        struct inquiry inquiry;
        char *program = NULL, *said, *at = NULL;

        inquire(words, &inquiry);
        for (said = inquiry.out; (said = strstr(said, "\nHTTPD=")); said++)
                at = said + strlen("\nHTTPD=");
        if (at && at[strcspn(at, " \t\n")] && strcspn(at, " \t\n") > 0) {
                at[strcspn(at, " \t\n")] = '\0';
                program = memory_copy(at);
        }
        inquiry_release(&inquiry);
        for (char **word = words; *word; word++)
                free(*word);
        return program;
}

/* exec /usr/lib/server/server "$@" */
static char *executed(char *text)
{
        static const char begin[] = "exec /";
        char *line = find_line(text, begin), *program;

        if (!line)
                return NULL;
        program = line + strlen(begin) - 1;
        program[strcspn(program, " \t\n")] = '\0';
        return strpbrk(program, "$`\"'\\*?<>|&;(){}") ? NULL : memory_copy(program);
}

int shell_script_look(const char *shell, const char *path, char *const *words, char **ret_program,
        struct failure *ret_failure)
{
        char *text = read_text(path), *line;
        int error = 0;

        *ret_program = NULL;
        if (!text)
                return 0;
        line = find_line(text, "HTTPD=");
        if (is_init_script(path) && (has_command(text, "env -i ") || systemd_is_booted()))
                error = refuse(ret_failure, path,
                        systemd_is_booted()
                                ? "systemd starts what this script is for, with an environment of "
                                  "its own"
                                : "it drops the environment (env -i), and the server would run "
                                  "unjailed");
        else if (hands_over(text, words))
                error = refuse(ret_failure, path,
                        "on this machine it hands the start over to systemd, which has an "
                        "environment of its own");
        else
                *ret_program = line ? ask_script(shell, path, text, line) : executed(text);
        free(text);
        return error;
}
