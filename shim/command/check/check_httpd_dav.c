/* Looks whether clients of WebDAV will be able to write inside where they can outside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/check/inside.h"
#include "command/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_under_url(const char *url, const char *location)
{
        size_t length = strlen(url);

        while (length > 0 && url[length - 1] == '/')
                length--;
        return strncmp(url, location, length) == 0 &&
               (location[length] == '/' || !location[length]);
}

/* <Location /dav>: where the alias for it leads to; NULL if there is none. */
static const char *aliased(const struct httpd_config *config, const char *location)
{
        const struct httpd_directive *alias = NULL;

        while ((alias = httpd_config_next(config, alias, "Alias")))
                if (alias->count == 2 && is_under_url(alias->argument[0], location) &&
                        is_under_url(location, alias->argument[0]))
                        return alias->argument[1];
        return NULL;
}

/* May the workers' user write there, outside? Else nobody expects that he can inside. */
static bool is_writable_outside(const struct check *check, const char *path)
{
        struct inside outside = {.there = true};
        struct check whole = *check;

        whole.plan.settings.read_only = false;
        return kernel_facts(AT_FDCWD, path, 0, &outside.facts) == 0 &&
               inside_permits(&whole, &outside, W_OK | X_OK);
}

/* The directory that the section around @directive is about; NULL if it is not known. */
static const char *directory_of(
        const struct httpd_config *config, const struct httpd_directive *directive)
{
        const struct httpd_directive *section = httpd_config_section(config, directive);
        const char *name = section && section->count == 1 ? section->argument[0] : "";

        if (name[0] != '/' || !name[1] || strpbrk(name, "*?["))
                return NULL;
        if (strcasecmp(section->name, "Directory") == 0)
                return name;
        return strcasecmp(section->name, "Location") == 0 ? aliased(config, name) : NULL;
}

static bool is_file_system(const struct httpd_directive *directive)
{
        return directive->count > 0 &&
               (strcasecmp(directive->argument[0], "On") == 0 ||
                       strcasecmp(directive->argument[0], "filesystem") == 0);
}

void check_httpd_dav(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *directive = NULL;

        while (check->usable && (directive = httpd_config_next(config, directive, "Dav"))) {
                const char *path = directory_of(config, directive);
                char *where;

                if (!path || !is_file_system(directive) || !is_writable_outside(check, path))
                        continue;
                where = httpd_config_where(directive);
                check_wanted(check, path, CHECK_WRITE, where, "what clients of WebDAV write to");
                free(where);
        }
}
