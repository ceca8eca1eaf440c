/* Looks at the paths that directives of httpd name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/check/check_links.h"
#include "command/check/httpd_paths.h"
#include "command/check/inside.h"
#include "command/check/programs.h"
#include "command/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* One argument that names a path. */
struct mention {
        struct check *check;
        const struct httpd_config *config;
        const struct httpd_directive *directive;
        const struct httpd_path *row;
        char *where;
};

static bool is_known(const char *path)
{
        return !strstr(path, "${") && !strstr(path, "%{");
}

static bool is_served(const struct httpd_path *row)
{
        return strcmp(row->name, "DocumentRoot") == 0 || strcmp(row->name, "Alias") == 0;
}

static void want(const struct mention *mention, const char *argument)
{
        char *path = httpd_config_path(mention->config, argument);

        path_tidy(path);
        if (is_known(path) &&
                check_wanted(mention->check, path, mention->row->use, mention->where,
                        mention->row->what) &&
                is_served(mention->row))
                check_links(mention->check, path);
        free(path);
}

/* The directory in front of the first component that is a pattern. */
static void want_prefix(const struct mention *mention, const char *argument)
{
        char *copy = memory_copy(argument);
        size_t length = strcspn(copy, "$%*?[(\\");

        if (copy[length]) {
                copy[length] = '\0';
                if (strrchr(copy, '/'))
                        *strrchr(copy, '/') = '\0';
        }
        if (copy[0])
                want(mention, copy);
        free(copy);
}

/* Whatever the kind of data base appends to its name. */
static void want_data_base(const struct mention *mention, const char *argument)
{
        static const char *const endings[] = {"", ".pag", ".db", ".dir"};
        char *path = httpd_config_path(mention->config, argument);

        for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
                char *file = memory_format("%s%s", path, endings[i]);
                bool there = access(file, F_OK) == 0;

                if (there)
                        want(mention, file);
                free(file);
                if (there) {
                        free(path);
                        return;
                }
        }
        /* One that is made is wanted under the name that it will have. */
        if ((mention->row->use & CHECK_KIND) == CHECK_MAKE)
                want(mention, path);
        free(path);
}

static void want_map(const struct mention *mention, const char *argument)
{
        const char *path = strchr(argument, ':');

        if (!path)
                return;
        if (strncasecmp(argument, "txt:", 4) == 0 || strncasecmp(argument, "rnd:", 4) == 0)
                want(mention, path + 1);
        else if (strncasecmp(argument, "dbm", 3) == 0)
                want_data_base(mention, path + 1);
}

/* PHP that another server runs is not in this jail, and sees paths as they are outside. */
static void tell_elsewhere(const struct mention *mention, const char *path, const char *argument)
{
        if (strstr(argument, "fcgi:") && strstr(path, "php"))
                check_found(mention->check, FINDING_NOTE, "php-elsewhere", path, mention->where,
                        "PHP runs in php-fpm, which this jail does not hold: it is jailed by "
                        "settings of its own, as examples/php-fpm has them");
}

static void want_socket(const struct mention *mention, const char *argument)
{
        const char *begin = strstr(argument, "unix:");
        char *path;

        if (!begin)
                return;
        path = memory_format("%.*s", (int)strcspn(begin + 5, "|"), begin + 5);
        want(mention, path);
        tell_elsewhere(mention, path, argument);
        free(path);
}

static void want_command(const struct mention *mention, const char *argument)
{
        char *path = memory_format("%.*s", (int)strcspn(argument, " \t\""), argument);

        want(mention, path);
        free(path);
}

static void want_list(const struct mention *mention, const char *argument)
{
        char *copy = memory_copy(argument), *rest = copy, *path;

        while ((path = strsep(&rest, ":")))
                if (path[0] == '/')
                        want(mention, path);
        free(copy);
}

static void want_option(const struct mention *mention, const char *argument)
{
        const char *equals = strchr(argument, '=');

        if (equals)
                want_list(mention, equals + 1);
}

static void want_option_command(const struct mention *mention, const char *argument)
{
        if (strncasecmp(argument, "cmd=", 4) == 0)
                want_command(mention, argument + 4 + strspn(argument + 4, "\""));
}

static void want_scripts(const struct mention *mention, const char *argument)
{
        char *path = httpd_config_path(mention->config, argument);
        struct file_facts facts;

        path_tidy(path);
        if (kernel_facts(AT_FDCWD, path, 0, &facts) == 0 && S_ISREG(facts.mode))
                check_wanted(mention->check, path, CHECK_EXECUTE, mention->where, "the script");
        else if (check_wanted(mention->check, path, mention->row->use, mention->where,
                         mention->row->what))
                programs_check_directory(mention->check, path, NULL, mention->where);
        free(path);
}

/* By enum httpd_form. */
static void (*const forms[])(const struct mention *mention, const char *argument) = {
        [HTTPD_PATH] = want,
        [HTTPD_PREFIX] = want_prefix,
        [HTTPD_MAP] = want_map,
        [HTTPD_DATA_BASE] = want_data_base,
        [HTTPD_SOCKET] = want_socket,
        [HTTPD_COMMAND] = want_command,
        [HTTPD_LIST] = want_list,
        [HTTPD_OPTION] = want_option,
        [HTTPD_OPTION_COMMAND] = want_option_command,
        [HTTPD_SCRIPTS] = want_scripts,
};

/* Does a later one take its place? */
static bool is_replaced(const struct httpd_config *config, const struct httpd_directive *directive,
        const struct httpd_path *row)
{
        const struct httpd_directive *later = directive;
        size_t section = directive->section;

        if (row->form != HTTPD_PATH || row->argument != 0)
                return false;
        while ((later = httpd_config_next(config, later, directive->name))) {
                if (later->section == section)
                        return true;
                /* Sections in this one begin behind it. */
                if (section != HTTPD_NO_SECTION &&
                        (later->section == HTTPD_NO_SECTION || later->section < section))
                        return false;
        }
        return false;
}

static void look_at(struct check *check, const struct httpd_config *config,
        const struct httpd_directive *directive)
{
        const struct httpd_path *row = NULL;

        while ((row = httpd_path_next(row, directive->name))) {
                struct mention mention = {
                        check, config, directive, row, httpd_config_where(directive)};
                size_t first = row->argument == HTTPD_EACH ? 0 : row->argument;
                size_t last = row->argument == HTTPD_EACH ? directive->count : first + 1;

                if (is_replaced(config, directive, row))
                        last = first;
                for (size_t i = first; i < last && i < directive->count; i++)
                        forms[row->form](&mention, directive->argument[i]);
                free(mention.where);
        }
}

void check_httpd_paths(struct check *check, const struct httpd_config *config)
{
        for (size_t i = 0; i < config->count; i++)
                look_at(check, config, &config->item[i]);
}
