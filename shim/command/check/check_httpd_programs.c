/* Finds what else httpd's workers will need: databases, programs that directives start,
 * certificates. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/memory.h"
#include "supply/services.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Directives whose argument is a command of a worker's, or of a process that it starts. */
static const struct {
        const char *directive;
        const char *what;
} commands[] = {
        {"MDMessageCmd", "the program that mod_md tells news to"},
        {"MDNotifyCmd", "the program that mod_md tells news to"},
        {"MDChallengeDns01", "the program that mod_md changes names by"},
};

/* What a module needs as soon as it has something to do. */
static const struct {
        const char *module;
        const char *directive;
        const char *path;
        unsigned use;
        const char *what;
} needs[] = {
        {"md_module", "MDomain", "/etc/ssl/certs/ca-certificates.crt", CHECK_READ,
                "what mod_md trusts"},
        {"md_module", "MDomain", "/etc/pki/tls/certs/ca-bundle.crt", CHECK_READ,
                "what mod_md trusts"},
};

/* Where databases listen, by the names of apr_dbd's drivers. */
static const struct {
        const char *driver;
        const char *path;
} databases[] = {
        {"mysql", "/run/mysqld/mysqld.sock"},
        {"mysql", "/var/lib/mysql/mysql.sock"},
        {"pgsql", "/run/postgresql/.s.PGSQL.5432"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "host=localhost sock=/run/x": the value; allocated; NULL if it is not there. */
static char *parameter(const char *text, const char *name)
{
        size_t length = strlen(name);

        for (; *text; text += strcspn(text, ", ;"), text += strspn(text, ", ;"))
                if (strncasecmp(text, name, length) == 0 && text[length] == '=')
                        return memory_format(
                                "%.*s", (int)strcspn(text + length + 1, ", ;"), text + length + 1);
        return NULL;
}

/* Which socket they mean; that of the driver, if they name no host, or this one. */
static void check_parameters(
        struct check *check, const char *driver, const char *text, const char *where)
{
        char *host = parameter(text, "host"), *socket = parameter(text, "sock");

        if (socket) {
                check_wanted(check, socket, CHECK_SOCKET, where, "the database's socket");
        } else if (host && host[0] == '/') {
                check_wanted(check, host, CHECK_DIRECTORY, where,
                        "the directory of the database's socket");
        } else if (!host || strcmp(host, "localhost") == 0) {
                for (size_t i = 0; i < COUNT(databases); i++)
                        if (strcmp(databases[i].driver, driver) == 0 &&
                                access(databases[i].path, F_OK) == 0)
                                check_wanted(check, databases[i].path, CHECK_SOCKET, where,
                                        "the database's socket");
        }
        free(socket);
        free(host);
}

/* DBDParams of one host stand beside its DBDriver. */
static void check_databases(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *driver = NULL, *parameters;

        while ((driver = httpd_config_next(config, driver, "DBDriver")) != NULL) {
                char *where;

                parameters = NULL;
                while ((parameters = httpd_config_next(config, parameters, "DBDParams")) != NULL)
                        if (parameters->section == driver->section)
                                break;
                if (!parameters || parameters->count == 0 || driver->count == 0)
                        continue;
                where = httpd_config_where(parameters);
                check_parameters(check, driver->argument[0], parameters->argument[0], where);
                free(where);
        }
}

static void want_command(struct check *check, const struct httpd_directive *directive,
        const char *command, const char *what)
{
        char *where = httpd_config_where(directive);
        char *program = memory_format("%.*s", (int)strcspn(command, " \t"), command);

        if (program[0] == '/')
                check_wanted(check, program, CHECK_EXECUTE, where, what);
        free(program);
        free(where);
}

static void check_commands(struct check *check, const struct httpd_config *config)
{
        for (size_t i = 0; i < COUNT(commands); i++) {
                const struct httpd_directive *directive = NULL;

                while ((directive = httpd_config_next(config, directive, commands[i].directive)))
                        if (directive->count > 0)
                                want_command(
                                        check, directive, directive->argument[0], commands[i].what);
        }
}

/* mod_security's "@inspectFile PROGRAM", which it starts by a shell; mod_ext_filter's "cmd=". */
static void check_embedded(struct check *check, const struct httpd_config *config, const char *name,
        const char *mark, const char *what)
{
        const struct httpd_directive *directive = NULL;

        while ((directive = httpd_config_next(config, directive, name)) != NULL)
                for (size_t i = 0; i < directive->count; i++) {
                        const char *begin = strstr(directive->argument[i], mark);

                        if (begin)
                                want_command(check, directive,
                                        begin + strlen(mark) + strspn(begin + strlen(mark), " \""),
                                        what);
                }
}

static void check_needs(struct check *check, const struct httpd_config *config)
{
        for (size_t i = 0; i < COUNT(needs); i++) {
                const struct httpd_directive *directive =
                        httpd_config_next(config, NULL, needs[i].directive);
                char *where;

                if (!directive || !httpd_config_has(config, needs[i].module))
                        continue;
                where = httpd_config_where(directive);
                check_wanted(check, needs[i].path, needs[i].use, where, needs[i].what);
                free(where);
        }
}

static bool has_hooks(const char *path)
{
        char *pattern = memory_format("%s/hooks/*", path),
             *deeper = memory_format("%s/*/hooks/*", path);
        bool any = false;
        glob_t found;

        if (glob(pattern, 0, NULL, &found) == 0 || glob(deeper, 0, NULL, &found) == 0) {
                for (size_t i = 0; i < found.gl_pathc; i++)
                        any |= access(found.gl_pathv[i], X_OK) == 0 &&
                               !strchr(strrchr(found.gl_pathv[i], '/'), '.');
                globfree(&found);
        }
        free(deeper);
        free(pattern);
        return any;
}

/* A hook of Subversion's gets its repository's outside path as an argument. */
static void check_hooks(struct check *check, const struct httpd_config *config, const char *name)
{
        const struct httpd_directive *directive = NULL;

        while ((directive = httpd_config_next(config, directive, name)) != NULL) {
                const char *path = directive->count > 0 ? directive->argument[0] : "";
                struct finding *finding;
                char *where;

                if (path_relate(&check->plan.jail.prefixes, path) != PATH_BELOW ||
                        check->plan.settings.self_link || check_service(check, SERVICE_SHIM) ||
                        !has_hooks(path))
                        continue;
                where = httpd_config_where(directive);
                finding = check_found(check, FINDING_WARNING, "hook-paths", path, where,
                        "hooks get the repository's outside path, by which the programs that they "
                        "start find nothing inside");
                cure_set(&finding->cure, "self_link", "true");
                free(where);
        }
}

void check_httpd_programs(struct check *check, const struct httpd_config *config)
{
        check_databases(check, config);
        check_commands(check, config);
        check_embedded(check, config, "SecRule", "@inspectFile", "the program that inspects files");
        check_embedded(check, config, "ExtFilterDefine", "cmd=", "the program that filters");
        check_needs(check, config);
        check_hooks(check, config, "SVNPath");
        check_hooks(check, config, "SVNParentPath");
        check_perl(check, config);
        check_python(check, config);
}
