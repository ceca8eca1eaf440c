/* Finds the paths in nginx's configuration that its workers open while they serve. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_nginx.h"

#include "command/check/check_links.h"
#include "command/memory.h"

#include <stdlib.h>
#include <string.h>

/*
 * Directives whose parameter is a path that a worker opens while it serves. What else has paths
 * (certificates, modules, scripts, the pidfile) is read by the master.
 */
static const struct wanted {
        const char *name;
        unsigned use;
        enum nginx_base base;
        const char *what;
} wanted[] = {
        {"root", CHECK_DIRECTORY, NGINX_PREFIX, "the directory that is served"},
        {"alias", CHECK_READ, NGINX_PREFIX, "what is served"},
        {"auth_basic_user_file", CHECK_READ, NGINX_DIRECTORY, "the password file"},
        {"working_directory", CHECK_DIRECTORY | CHECK_ESSENTIAL, NGINX_PREFIX,
                "the directory that each worker enters as it starts"},
        {"proxy_cache_path", CHECK_CREATE, NGINX_PREFIX, "the cache"},
        {"fastcgi_cache_path", CHECK_CREATE, NGINX_PREFIX, "the cache"},
        {"uwsgi_cache_path", CHECK_CREATE, NGINX_PREFIX, "the cache"},
        {"scgi_cache_path", CHECK_CREATE, NGINX_PREFIX, "the cache"},
        {"content_by_lua_file", CHECK_READ, NGINX_PREFIX, "a script"},
        {"access_by_lua_file", CHECK_READ, NGINX_PREFIX, "a script"},
        {"rewrite_by_lua_file", CHECK_READ, NGINX_PREFIX, "a script"},
        {"header_filter_by_lua_file", CHECK_READ, NGINX_PREFIX, "a script"},
        {"body_filter_by_lua_file", CHECK_READ, NGINX_PREFIX, "a script"},
        {"log_by_lua_file", CHECK_READ, NGINX_PREFIX, "a script"},
};

/* Who passes requests on, and where what does not fit into memory is kept meanwhile. */
static const struct pass {
        const char *name;
        const char *temporary;
        const char *built;
} passes[] = {
        {"proxy_pass", "proxy_temp_path", "--http-proxy-temp-path="},
        {"fastcgi_pass", "fastcgi_temp_path", "--http-fastcgi-temp-path="},
        {"uwsgi_pass", "uwsgi_temp_path", "--http-uwsgi-temp-path="},
        {"scgi_pass", "scgi_temp_path", "--http-scgi-temp-path="},
        {"grpc_pass", NULL, NULL},
        {"memcached_pass", NULL, NULL},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A parameter of `nginx -V`. Return: allocated; NULL if there is none. */
char *nginx_built_with(const struct nginx *nginx, const char *option)
{
        const char *begin = strstr(nginx->built, option);

        if (!begin)
                return NULL;
        begin += strlen(option);
        return memory_format("%.*s", (int)strcspn(begin, " \n'"), begin);
}

/* An absolute path, without what only a request decides. Return: allocated. */
char *nginx_path(const struct nginx *nginx, const char *path, enum nginx_base base)
{
        const char *variable = strchr(path, '$');
        char *copy, *slash;

        if (path[0] == '/')
                copy = memory_copy(path);
        else
                copy = memory_format(
                        "%s/%s", base == NGINX_PREFIX ? nginx->prefix : nginx->directory, path);
        if (!variable)
                return copy;
        copy[strlen(copy) - strlen(variable)] = '\0';
        slash = strrchr(copy, '/');
        if (slash)
                slash[slash == copy] = '\0';
        return copy;
}

/* Where it is the jail itself that is served, clients get at all that is in it. */
static void judge_served(struct nginx *nginx, const char *path, const char *where)
{
        const struct jail *jail = &nginx->check->plan.jail;
        const char *inside = path_inside(&jail->prefixes, path);
        struct finding *finding;

        if (inside == path || strcmp(inside, "/") != 0)
                return;
        finding = check_found(nginx->check, FINDING_WARNING, "jail-served", path, where,
                "the jail itself is served: clients can ask for all that is in it");
        cure_command(
                &finding->cure, "root %s/htdocs;  # with the pages moved there", jail->configured);
}

static void judge_wanted(struct nginx *nginx, const struct wanted *want)
{
        const struct nginx_directive *directive = NULL;

        while ((directive = nginx_config_next(&nginx->config, directive, want->name)) != NULL) {
                char *where, *path;
                unsigned use = want->use;

                if (directive->count < 2 || strcmp(directive->word[1], "off") == 0)
                        continue;
                where = nginx_config_where(directive);
                path = nginx_path(nginx, directive->word[1], want->base);
                if (strchr(directive->word[1], '$'))
                        use = CHECK_DIRECTORY;
                check_wanted(nginx->check, path, use, where, want->what);
                if (strcmp(want->name, "root") == 0 || strcmp(want->name, "alias") == 0) {
                        judge_served(nginx, path, where);
                        check_links(nginx->check, path);
                }
                free(path);
                free(where);
        }
}

/* "unix:/run/a.sock", "http://unix:/run/a.sock:/uri". */
static void judge_socket(struct nginx *nginx, const struct nginx_directive *directive)
{
        const char *unix_path = directive->count > 1 ? strstr(directive->word[1], "unix:/") : NULL;
        char *where, *path;

        if (!unix_path)
                return;
        unix_path += strlen("unix:");
        where = nginx_config_where(directive);
        path = memory_format("%.*s", (int)strcspn(unix_path, ":$"), unix_path);
        check_wanted(nginx->check, path, CHECK_SOCKET, where, "the socket behind it");
        free(path);
        free(where);
}

static void judge_sockets(struct nginx *nginx, const char *name, const char *block)
{
        const struct nginx_directive *directive = NULL;

        while ((directive = nginx_config_next(&nginx->config, directive, name)) != NULL)
                if (!block || nginx_config_within(&nginx->config, directive, block))
                        judge_socket(nginx, directive);
}

/* @directive, or where this nginx has it if it is not set. */
static void judge_temporary(struct nginx *nginx, const char *name, const char *option)
{
        const struct nginx_directive *directive = nginx_config_next(&nginx->config, NULL, name);
        char *where =
                directive ? nginx_config_where(directive) : memory_format("%s: not set", name);
        char *path = directive && directive->count > 1 ? memory_copy(directive->word[1])
                                                       : nginx_built_with(nginx, option);
        char *whole = path ? nginx_path(nginx, path, NGINX_PREFIX) : NULL;

        if (whole)
                check_wanted(nginx->check, whole, CHECK_CREATE, where,
                        "the directory for what does not fit into memory");
        free(whole);
        free(path);
        free(where);
}

static void judge_passes(struct nginx *nginx)
{
        bool bodies = nginx_config_next(&nginx->config, NULL, "dav_methods") != NULL;

        for (size_t i = 0; i < COUNT(passes); i++) {
                if (!nginx_config_next(&nginx->config, NULL, passes[i].name))
                        continue;
                bodies = true;
                judge_sockets(nginx, passes[i].name, NULL);
                if (passes[i].temporary)
                        judge_temporary(nginx, passes[i].temporary, passes[i].built);
        }
        judge_sockets(nginx, "server", "upstream");
        if (bodies)
                judge_temporary(nginx, "client_body_temp_path", "--http-client-body-temp-path=");
}

static void judge_php(struct nginx *nginx)
{
        const struct nginx_directive *directive =
                nginx_config_next(&nginx->config, NULL, "fastcgi_pass");
        char *where;

        if (!directive)
                return;
        where = nginx_config_where(directive);
        check_found(nginx->check, FINDING_NOTE, "elsewhere", NULL, where,
                "what answers behind it, such as PHP in php-fpm, is a server of its own, which "
                "this jail does not hold: give that one the shim, too");
        free(where);
}

/* nginx's master gives logs to the workers' user: only where they lie counts, not who owns them. */
static void want_directory(struct nginx *nginx, const char *path, const char *where)
{
        struct check_user worker = nginx->check->user;

        nginx->check->user = (struct check_user){.name = worker.name};
        check_wanted(nginx->check, path, CHECK_CREATE, where,
                "the directory of a log, which workers open anew at each rotation (USR1),");
        nginx->check->user = worker;
}

static bool is_file(const struct nginx_directive *directive)
{
        static const char *const others[] = {"off", "syslog:", "stderr", "memory:", "|"};

        for (size_t i = 0; directive->count > 1 && i < COUNT(others); i++)
                if (strncmp(directive->word[1], others[i], strlen(others[i])) == 0)
                        return false;
        return directive->count > 1;
}

static void judge_log(struct nginx *nginx, const struct nginx_directive *directive)
{
        char *where = nginx_config_where(directive);
        char *path = nginx_path(nginx, directive->word[1], NGINX_PREFIX);
        char *slash = strrchr(path, '/');

        if (!strchr(directive->word[1], '$'))
                slash[slash == path] = '\0';
        if (path_relate(&nginx->check->plan.jail.prefixes, path) == PATH_ANCESTOR)
                check_found(nginx->check, FINDING_WARNING, "log-above", directive->word[1], where,
                        "workers open it anew at each rotation (USR1), and cannot: the jail lies "
                        "in its directory; give it one of its own");
        else
                want_directory(nginx, path, where);
        free(path);
        free(where);
}

static void judge_logs(struct nginx *nginx)
{
        static const char *const names[] = {"access_log", "error_log"};

        for (size_t i = 0; i < COUNT(names); i++) {
                const struct nginx_directive *directive = NULL;

                while ((directive = nginx_config_next(&nginx->config, directive, names[i])) != NULL)
                        if (is_file(directive))
                                judge_log(nginx, directive);
        }
}

void nginx_check_paths(struct nginx *nginx)
{
        for (size_t i = 0; i < COUNT(wanted); i++)
                judge_wanted(nginx, &wanted[i]);
        judge_passes(nginx);
        judge_php(nginx);
        judge_logs(nginx);
}
