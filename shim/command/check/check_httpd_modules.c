/* Looks for what modules of httpd need that no directive names: languages, drivers, sockets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/check/programs.h"
#include "command/memory.h"
#include "command/path_cure.h"

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/*
 * What a module takes from the machine's own files.
 *
 * @directive: without it the module does nothing; NULL if it does as soon as it is loaded.
 * @pattern:   the first match is looked for.
 */
static const struct {
        const char *module;
        const char *directive;
        const char *pattern;
        unsigned use;
        const char *what;
} needs[] = {
        {"wsgi_module", NULL, "/usr/lib/python3.[0-9]*/encodings",
                CHECK_DIRECTORY | CHECK_ESSENTIAL,
                "what Python begins with (mod_wsgi starts it in each worker)"},
        {"perl_module", "PerlResponseHandler", "/usr/share/perl/5.[0-9]*", CHECK_DIRECTORY,
                "the directory of Perl's modules"},
        {"dav_fs_module", "Dav", "/usr/lib/*-linux-*/apr-util-1/apr_dbm_db-1.so", CHECK_READ,
                "the driver of WebDAV's data bases"},
        {"dav_fs_module", "Dav", "/usr/lib64/apr-util-1/apr_dbm_db-1.so", CHECK_READ,
                "the driver of WebDAV's data bases"},
        {"suexec_module", "SuexecUserGroup", "/usr/lib/apache2/suexec", CHECK_EXECUTE, "suexec"},
};

/* What is loaded before the root changes is not looked for afterwards. */
static bool is_loaded_before(const struct check *check, const char *path)
{
        const struct setting_list *libraries = &check->plan.settings.libraries;

        for (size_t i = 0; i < libraries->count; i++)
                if (strcmp(libraries->item[i], path) == 0)
                        return true;
        return false;
}

static void check_needs(struct check *check, const struct httpd_config *config)
{
        for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
                const struct httpd_directive *directive =
                        needs[i].directive ? httpd_config_next(config, NULL, needs[i].directive)
                                           : NULL;
                char *where = directive ? httpd_config_where(directive)
                                        : memory_format("LoadModule %s", needs[i].module);
                glob_t found;

                if (httpd_config_has(config, needs[i].module) &&
                        (directive || !needs[i].directive) &&
                        glob(needs[i].pattern, 0, NULL, &found) == 0) {
                        if (!is_loaded_before(check, found.gl_pathv[0]))
                                check_wanted(check, found.gl_pathv[0], needs[i].use, where,
                                        needs[i].what);
                        globfree(&found);
                }
                free(where);
        }
}

/*
 * What a process of the server's makes outside as it starts, and workers use inside.
 *
 * @condition: it is made only where this directive is; NULL: where CGI scripts are run.
 * @runtime:   below DefaultRuntimeDir, if the path is relative; else below ServerRoot.
 * @usual:     the name, if @directive says none.
 */
static const struct {
        const char *module;
        const char *condition;
        const char *directive;
        bool runtime;
        const char *usual;
        const char *code;
        const char *what;
} places[] = {
        {"cgid_module", NULL, "ScriptSock", true, "cgisock", "socket-outside",
                "the socket of mod_cgid"},
        {"wsgi_module", "WSGIDaemonProcess", "WSGISocketPrefix", true, "wsgi", "socket-outside",
                "the sockets of mod_wsgi's daemons"},
        {"md_module", "MDomain", "MDStoreDir", false, "md", "store-outside",
                "mod_md's store of certificates"},
        {"md_module", "MDomainSet", "MDStoreDir", false, "md", "store-outside",
                "mod_md's store of certificates"},
};

/* Will the directory be brought in, also if it is not there yet? */
static bool is_brought(const struct check *check, const char *path)
{
        const struct exposures *exposures = &check->plan.exposures;

        for (size_t i = 0; i < exposures->count; i++) {
                size_t length = strlen(exposures->item[i].target);

                if (check->plan.settings.isolation == ISOLATION_NAMESPACE &&
                        !(exposures->item[i].options & EXPOSURE_PRIVATE) &&
                        strncmp(exposures->item[i].target, path, length) == 0 &&
                        (path[length] == '/' || !path[length]))
                        return true;
        }
        return false;
}

static void tell_outside(struct check *check, const char *path, const char *where, size_t i)
{
        const char *service = check->plan.settings.isolation == ISOLATION_NAMESPACE
                                      ? path_service(&check->plan, path, PATH_USE_READ)
                                      : NULL;
        struct finding *finding = check_found(check, FINDING_ERROR, places[i].code, path, where,
                "%s will be outside, out of the workers' reach", places[i].what);

        if (service)
                cure_set(&finding->cure, "services", service);
        else
                cure_command(&finding->cure, "%s %s/%s", places[i].directive,
                        check->plan.jail.configured, places[i].usual);
}

/* The value of the directive; else the usual one. From malloc(); NULL if it is not known. */
static char *place_path(
        const struct httpd_config *config, const struct httpd_directive *directive, size_t i)
{
        const char *name =
                directive && directive->count > 0 ? directive->argument[0] : places[i].usual;
        const char *base = places[i].runtime ? config->runtime : config->root;

        /* Debian's mod_wsgi takes it from how httpd was built, whatever DefaultRuntimeDir says. */
        if (!directive && strcmp(places[i].usual, "wsgi") == 0 &&
                access("/usr/lib/apache2/modules/mod_wsgi.so", F_OK) == 0)
                return memory_copy("/var/run/apache2/wsgi");
        if (name[0] == '/')
                return memory_copy(name);
        return base ? memory_format("%s/%s", base, name) : NULL;
}

static void check_place(struct check *check, const struct httpd_config *config, size_t i)
{
        const struct httpd_directive *directive = httpd_config_last(config, places[i].directive);
        char *path = place_path(config, directive, i);
        char *where = directive ? httpd_config_where(directive)
                                : memory_format("%s, as it is by default", places[i].directive);

        if (path)
                path_tidy(path);
        if (path && path_relate(&check->plan.jail.prefixes, path) != PATH_BELOW &&
                !is_brought(check, path))
                tell_outside(check, path, where, i);
        free(where);
        free(path);
}

static bool has_word(const struct httpd_directive *directive, const char *word)
{
        for (size_t i = 0; i < directive->count; i++)
                if (strcasecmp(directive->argument[i], word) == 0)
                        return true;
        return false;
}

/* Does anything start a CGI script? */
static bool runs_scripts(const struct httpd_config *config)
{
        if (httpd_config_next(config, NULL, "ScriptAlias") ||
                httpd_config_next(config, NULL, "ScriptAliasMatch"))
                return true;
        for (size_t i = 0; i < config->count; i++)
                if (has_word(&config->item[i], "cgi-script"))
                        return true;
        return false;
}

static void check_places(struct check *check, const struct httpd_config *config)
{
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
                bool used = places[i].condition
                                    ? httpd_config_next(config, NULL, places[i].condition) != NULL
                                    : runs_scripts(config);

                if (used && httpd_config_has(config, places[i].module))
                        check_place(check, config, i);
        }
}

/* The directory of the section around @directive, if it is one, and no pattern; or NULL. */
static const char *directory_of(
        const struct httpd_config *config, const struct httpd_directive *directive)
{
        const struct httpd_directive *section = httpd_config_section(config, directive);

        if (!section || strcasecmp(section->name, "Directory") != 0 || section->count != 1 ||
                section->argument[0][0] != '/' || !section->argument[0][1] ||
                strpbrk(section->argument[0], "*?["))
                return NULL;
        path_tidy(section->argument[0]);
        return section->argument[0];
}

static void check_directory_of(struct check *check, const struct httpd_config *config,
        const struct httpd_directive *directive, const char *ending)
{
        const char *directory = directory_of(config, directive);
        char *where = httpd_config_where(directive);

        if (directory)
                programs_check_directory(check, directory, ending, where);
        free(where);
}

/* <Directory DIRECTORY> Options ExecCGI: files that end so are scripts. */
static void check_ending(struct check *check, const struct httpd_config *config, const char *ending)
{
        const struct httpd_directive *options = NULL;

        while ((options = httpd_config_next(config, options, "Options")))
                if (has_word(options, "ExecCGI") || has_word(options, "+ExecCGI"))
                        check_directory_of(check, config, options, ending);
}

static void check_handlers(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *handler = NULL;

        while ((handler = httpd_config_next(config, handler, "AddHandler"))) {
                bool scripts = has_word(handler, "cgi-script");

                for (size_t i = 1; scripts && i < handler->count; i++)
                        check_ending(check, config, handler->argument[i]);
        }
        while ((handler = httpd_config_next(config, handler, "SetHandler")))
                if (has_word(handler, "cgi-script"))
                        check_directory_of(check, config, handler, NULL);
}

/* mod_fcgid's sockets are made and used inside, by what gives up root. */
static void check_fcgid(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *directive = httpd_config_last(config, "FcgidIPCDir");
        const struct httpd_directive *wrapper = httpd_config_next(config, NULL, "FcgidWrapper");
        char *path, *where;

        if (!httpd_config_has(config, "fcgid_module") || !wrapper)
                return;
        path = directive && directive->count > 0
                       ? httpd_config_path(config, directive->argument[0])
                       : memory_format("%s/fcgidsock", config->runtime ? config->runtime : "");
        where = httpd_config_where(directive ? directive : wrapper);
        check_wanted(check, path, CHECK_CREATE, where, "the directory of mod_fcgid's sockets");
        free(where);
        free(path);
}

/* Home directories, and the names of their owners. "UserDir disabled root" takes none away. */
static void check_homes(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *directive = NULL;

        while ((directive = httpd_config_next(config, directive, "UserDir"))) {
                char *where;

                if (directive->count == 0 || directive->argument[0][0] == '/' ||
                        strcasecmp(directive->argument[0], "disabled") == 0 ||
                        strcasecmp(directive->argument[0], "enabled") == 0)
                        continue;
                where = httpd_config_where(directive);
                check_wanted(check, "/home", CHECK_DIRECTORY, where, "the users' home directories");
                check_wanted(check, "/etc/passwd", CHECK_READ, where, "the list of users");
                free(where);
        }
}

void check_httpd_modules(struct check *check, const struct httpd_config *config)
{
        if (!check->usable)
                return;
        check_needs(check, config);
        check_places(check, config);
        check_handlers(check, config);
        check_fcgid(check, config);
        check_homes(check, config);
}
