/* Reads the code of mod_wsgi's applications for what they ask the machine for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/check/inside.h"
#include "command/check/script_check.h"
#include "command/memory.h"

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Most files of an application that are read. */
#define FILES 100

/* Words of Python code, and the file or directory without which they fail. */
static const struct {
        const char *word;
        const char *path;
        unsigned use;
        const char *what;
} words[] = {
        {"zoneinfo", "/usr/share/zoneinfo", CHECK_DIRECTORY, "the directory of time zones"},
        {"tempfile", "/tmp", CHECK_CREATE, "the directory for temporary files"},
        {"request.files", "/tmp", CHECK_CREATE, "the directory for uploads"},
        {"pwd.getpw", "/etc/passwd", CHECK_READ, "the file of users' names"},
        {"grp.getgr", "/etc/group", CHECK_READ, "the file of groups' names"},
};

static void read_code(struct check *check, const char *path)
{
        bool doubted;
        char *text = script_read(check, open(path, SCRIPT_OPEN), &doubted);

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strstr(text, words[i].word))
                        check_wanted(check, words[i].path, words[i].use, path, words[i].what);
        check->findings.doubted = doubted;
        free(text);
}

/* The script, and what lies beside it. */
static void read_application(struct check *check, const char *script)
{
        struct inside inside;
        char *pattern, *slash;
        glob_t found;

        if (!inside_look(check, script, &inside) || !inside.real[0])
                return;
        read_code(check, inside.real);
        slash = strrchr(inside.real, '/');
        pattern = memory_format("%.*s/*.py", (int)(slash - inside.real), inside.real);
        if (glob(pattern, 0, NULL, &found) == 0) {
                for (size_t i = 0; i < found.gl_pathc && i < FILES; i++)
                        if (strcmp(found.gl_pathv[i], inside.real) != 0)
                                read_code(check, found.gl_pathv[i]);
                globfree(&found);
        }
        free(pattern);
}

void check_python(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *directive = NULL;

        while ((directive = httpd_config_next(config, directive, "WSGIScriptAlias")) != NULL)
                if (directive->count > 1)
                        read_application(check, directive->argument[1]);
}
