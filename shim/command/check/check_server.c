/* Finds out which server is to be looked at, and has it looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_server.h"

#include "command/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where administrators' programs are, also for who has no such PATH. */
#define DIRECTORIES "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Programs by how their names begin, the usual ones first. */
static const struct {
        const char *name;
        void (*check)(struct check *check, const char *program, char **arguments);
} servers[] = {
        {"apache2", check_httpd},
        {"httpd", check_httpd},
        {"apachectl", check_httpd},
        {"nginx", check_nginx},
        {"php-fpm", check_fpm},
};

#define SERVERS (sizeof(servers) / sizeof(servers[0]))

static const char *base(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* Return: its number, or SERVERS. */
static size_t server_named(const char *path)
{
        size_t i = 0;

        while (i < SERVERS && strncmp(base(path), servers[i].name, strlen(servers[i].name)) != 0)
                i++;
        return i;
}

static char *find_in(const char *directories, const char *name)
{
        char *copy = memory_copy(directories), *rest = copy, *directory, *path = NULL;

        while (!path && (directory = strsep(&rest, ":"))) {
                path = memory_format("%s/%s", directory, name);
                if (access(path, X_OK) == 0)
                        break;
                free(path);
                path = NULL;
        }
        free(copy);
        return path;
}

/* Return: the program's path, from malloc(); NULL if it is not there. */
static char *find_program(const char *name)
{
        const char *path = getenv("PATH");
        char *found = NULL;

        if (strchr(name, '/'))
                return memory_copy(name);
        if (path)
                found = find_in(path, name);
        return found ? found : find_in(DIRECTORIES, name);
}

static bool look_at(struct check *check, const char *name, char **arguments)
{
        size_t server = server_named(name);
        char *program = find_program(name);

        if (program && server < SERVERS)
                servers[server].check(check, program, arguments);
        else if (program)
                check_found(check, FINDING_NOTE, "unknown-server", program, NULL,
                        "its configuration is not looked at");
        free(program);
        return program != NULL;
}

/* The first that is installed. */
static bool look_at_installed(struct check *check, char **arguments)
{
        for (size_t i = 0; i < SERVERS; i++)
                if (look_at(check, servers[i].name, arguments))
                        return true;
        return false;
}

/* "/run/php/php8.2-fpm.pid", as Debian has it, is of php-fpm8.2. Return: allocated, or NULL. */
static char *fpm_of_pidfile(const char *pidfile)
{
        const char *name = base(pidfile), *end = strstr(name, "-fpm");

        if (strncmp(name, "php", 3) != 0 || !end || end == name)
                return NULL;
        return memory_format("php-fpm%.*s", (int)(end - name - 3), name + 3);
}

/* Does the path of its pidfile tell the server? /run/apache2/apache2.pid, /run/httpd/httpd.pid */
static char *server_of_pidfile(const char *pidfile)
{
        for (size_t i = 0; pidfile && i < SERVERS; i++)
                if (strstr(pidfile, servers[i].name))
                        return memory_copy(servers[i].name);
        return pidfile ? fpm_of_pidfile(pidfile) : NULL;
}

/* Return: allocated, or NULL. */
static char *server_of_settings(const struct settings *settings)
{
        for (size_t i = 0; i < settings->programs.count; i++)
                if (server_named(settings->programs.item[i]) < SERVERS)
                        return memory_copy(settings->programs.item[i]);
        return server_of_pidfile(settings->pidfile);
}

void check_server(struct check *check, char **words)
{
        const char *name = words[0];
        char *found;

        if (name && name[0] == '-') {
                look_at_installed(check, words);
        } else if (name) {
                if (!look_at(check, name, words + 1))
                        check_found(check, FINDING_ERROR, "no-server", name, NULL,
                                "there is no such program");
        } else {
                found = server_of_settings(&check->plan.settings);
                if (!found || !look_at(check, found, words))
                        look_at_installed(check, words);
                free(found);
        }
}
