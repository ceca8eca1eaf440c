/* Looks for settings that do not fit to what httpd is configured to do, and for what is unsafe. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/memory.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Is it one file, or place of a file, by whatever links the directory is reached? */
static bool same_place(const char *one, const char *other)
{
        char *first = memory_copy(one), *second = memory_copy(other);
        char *first_name = strrchr(first, '/'), *second_name = strrchr(second, '/');
        bool same = strcmp(one, other) == 0;

        if (!same && first_name && second_name && strcmp(first_name, second_name) == 0) {
                struct file_facts a, b;

                *first_name = *second_name = '\0';
                same = kernel_facts(AT_FDCWD, first[0] ? first : "/", 0, &a) == 0 &&
                       kernel_facts(AT_FDCWD, second[0] ? second : "/", 0, &b) == 0 &&
                       identity_equal(&a.identity, &b.identity);
        }
        free(first);
        free(second);
        return same;
}

/* As long as its process is not known for the master, httpd forks no worker that may serve. */
static void check_pidfile(struct check *check, const struct httpd_view *view)
{
        const char *configured = check->plan.settings.pidfile;
        struct finding *finding;

        if (!configured || !view->pidfile || same_place(configured, view->pidfile))
                return;
        finding = check_found(check, FINDING_ERROR, "pidfile", configured, NULL,
                "httpd writes its pid to %s, so this one does not tell who is the master",
                view->pidfile);
        cure_set(&finding->cure, "pidfile", view->pidfile);
}

static void check_scoreboard(struct check *check, const struct httpd_view *view)
{
        const char *configured = check->plan.settings.scoreboard;
        const struct httpd_directive *directive =
                httpd_config_last(&view->config, "ScoreBoardFile");
        struct finding *finding;
        char *path;

        if (!configured)
                return;
        path = directive && directive->count > 0
                       ? httpd_config_path(&view->config, directive->argument[0])
                       : NULL;
        if (!path || !same_place(configured, path)) {
                finding = check_found(check, FINDING_ERROR, "scoreboard", configured, NULL,
                        "httpd makes no such scoreboard, so it would never be taken for started");
                if (path)
                        cure_set(&finding->cure, "scoreboard", path);
                else
                        cure_command(&finding->cure, "ScoreBoardFile %s", configured);
        }
        free(path);
}

static void check_itk(struct check *check, const struct httpd_view *view)
{
        const uint64_t needed = 1ULL << CAP_DAC_READ_SEARCH;
        struct finding *finding;

        if (!httpd_config_has(&view->config, "mpm_itk_module") ||
                (check->plan.settings.keep_capabilities & needed))
                return;
        finding = check_found(check, FINDING_ERROR, "capabilities", NULL, NULL,
                "mpm-itk changes the user for each request, and needs CAP_DAC_READ_SEARCH for "
                "that");
        cure_set(&finding->cure, "keep_capabilities", "dac_read_search");
}

/* suexec is a set-id program: a copy is none, and it means nothing to who gains no privileges. */
static void check_suexec(struct check *check, const struct httpd_view *view)
{
        const struct httpd_directive *directive =
                httpd_config_next(&view->config, NULL, "SuexecUserGroup");
        const struct settings *settings = &check->plan.settings;
        struct finding *finding;
        char *where;

        if (!directive)
                return;
        where = httpd_config_where(directive);
        if (settings->no_new_privs) {
                finding = check_found(check, FINDING_WARNING, "no-new-privs", NULL, where,
                        "suexec changes the user, which no_new_privs forbids");
                cure_set(&finding->cure, "no_new_privs", "false");
        }
        if (settings->isolation == ISOLATION_CHROOT) {
                finding = check_found(check, FINDING_WARNING, "needs-namespace", NULL, where,
                        "suexec is a set-id program, of which a copy has no set-id bit");
                cure_set(&finding->cure, "isolation", "namespace");
        }
        free(where);
}

/* In a program that is not listed the shim does nothing: it would run as without it. */
static void check_programs(struct check *check, const struct httpd_view *view)
{
        const struct settings *settings = &check->plan.settings;
        struct finding *finding;

        if (settings->programs.count == 0 || settings_lists_program(settings, view->program))
                return;
        finding = check_found(check, FINDING_ERROR, "programs", view->program, NULL,
                "it is none of programs, so it would run without a jail");
        cure_set(&finding->cure, "programs", strrchr(view->program, '/') + 1);
}

/* Where more than the jail is in the jail, nobody may ask for it. */
static void tell_served(struct check *check, const struct httpd_directive *directive)
{
        const char *jail = check->plan.jail.real;
        const char *slash = strrchr(jail, '/');
        char *where = httpd_config_where(directive);
        struct finding *finding = check_found(check,
                check->plan.exposures.count > 0 ? FINDING_ERROR : FINDING_WARNING, "served-jail",
                check->plan.jail.configured, where,
                "the jail itself is served, so clients can ask for whatever is brought into it: "
                "devices, libraries, /etc/passwd");

        /* The directory above is the jail then, unless that is one of the machine's own. */
        if (strchr(jail + 1, '/') != slash && slash > jail) {
                char *above = memory_format("%.*s", (int)(slash - jail), jail);

                cure_set(&finding->cure, "jail", above);
                free(above);
        } else if (slash > jail && strcmp(directive->name, "DocumentRoot") == 0) {
                cure_command(&finding->cure, "DocumentRoot %s/htdocs", check->plan.jail.configured);
        }
        free(where);
}

static void check_served(struct check *check, const struct httpd_view *view)
{
        const struct httpd_config *config = &view->config;
        struct file_facts facts;

        for (size_t i = 0; i < config->count; i++) {
                const struct httpd_directive *directive = &config->item[i];
                bool is_root = strcasecmp(directive->name, "DocumentRoot") == 0;
                bool is_alias = strcasecmp(directive->name, "Alias") == 0;
                char *path;

                if (directive->count < (is_alias ? 2 : 1) || (!is_root && !is_alias))
                        continue;
                path = httpd_config_path(config, directive->argument[is_alias]);
                if (kernel_facts(AT_FDCWD, path, 0, &facts) == 0 &&
                        identity_equal(&facts.identity, &check->plan.jail.identity))
                        tell_served(check, directive);
                free(path);
        }
}

/* Inside, "/" is the jail: httpd would read its .htaccess under both names. */
static void check_override(struct check *check, const struct httpd_view *view)
{
        const struct httpd_config *config = &view->config;
        const struct httpd_directive *directive = NULL;

        while ((directive = httpd_config_next(config, directive, "AllowOverride"))) {
                const struct httpd_directive *section = httpd_config_section(config, directive);
                struct finding *finding;
                char *where;

                if (!section || section->count == 0 || directive->count == 0 ||
                        strcasecmp(section->name, "Directory") != 0 ||
                        strcmp(section->argument[0], "/") != 0 ||
                        strcasecmp(directive->argument[0], "None") == 0)
                        continue;
                where = httpd_config_where(directive);
                finding = check_found(check, FINDING_WARNING, "override-root", "/", where,
                        "inside, / is the jail, whose .htaccess would be read twice");
                cure_command(&finding->cure, "AllowOverride None");
                free(where);
        }
}

void check_httpd_settings(struct check *check, const struct httpd_view *view)
{
        if (!check->usable)
                return;
        check_programs(check, view);
        check_pidfile(check, view);
        check_scoreboard(check, view);
        check_itk(check, view);
        check_suexec(check, view);
        check_served(check, view);
        check_override(check, view);
}
