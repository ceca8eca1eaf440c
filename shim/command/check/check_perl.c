/* Reads the scripts that mod_perl runs for the programs that they name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/check/inside.h"
#include "command/check/script_check.h"
#include "command/memory.h"

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Most scripts of a directory that are read. */
#define FILES 200

static void read_scripts(struct check *check, const char *directory)
{
        struct inside inside;
        char *pattern;
        glob_t found;

        if (!inside_look(check, directory, &inside) || !inside.real[0] || inside.exposure)
                return;
        pattern = memory_format("%s/*", inside.real);
        if (glob(pattern, 0, NULL, &found) == 0) {
                for (size_t i = 0; i < found.gl_pathc && i < FILES; i++)
                        script_check(
                                check, open(found.gl_pathv[i], SCRIPT_OPEN), found.gl_pathv[i], 0);
                globfree(&found);
        }
        free(pattern);
}

/* ModPerl::Registry, or one of its kind: it compiles the scripts of a directory, and runs them. */
static bool runs_scripts(const struct httpd_directive *directive)
{
        return directive->count > 0 && (strstr(directive->argument[0], "Registry") ||
                                               strstr(directive->argument[0], "PerlRun"));
}

void check_perl(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *directive = NULL, *section;

        while ((directive = httpd_config_next(config, directive, "PerlResponseHandler")) != NULL) {
                section = httpd_config_section(config, directive);
                if (runs_scripts(directive) && section && section->count > 0 &&
                        strcasecmp(section->name, "Directory") == 0 &&
                        section->argument[0][0] == '/')
                        read_scripts(check, section->argument[0]);
        }
}
