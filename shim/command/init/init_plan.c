/* Which files `chrootshim init` writes for a server, and with which text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_plan.h"

#include "build.h"
#include "command/memory.h"
#include "command/run/preload.h"
#include "settings/read.h"
#include "settings/template.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* @text with each @old replaced; @text is freed. */
static char *replace(char *text, const char *old, const char *new)
{
        char *begin = text, *result = memory_copy(""), *place;

        while ((place = strstr(begin, old))) {
                char *longer = memory_format("%s%.*s%s", result, (int)(place - begin), begin, new);

                free(result);
                result = longer;
                begin = place + strlen(old);
        }
        place = memory_format("%s%s", result, begin);
        free(result);
        free(text);
        return place;
}

/* An example as it is for this installation: the library, the settings and the command may be in
 * other places. */
static char *file_text(const struct init_file *file, const struct init_server *server)
{
        char *text = memory_copy(""), *library = preload_library(), *option, *own;

        for (const char *const *line = file->text; *line; line++) {
                char *longer = memory_format("%s%s", text, *line);

                free(text);
                text = longer;
        }
        if (strcmp(library, INSTALLED_LIBRARY) != 0 || strncmp(library, "/usr/lib", 8) != 0)
                text = replace(text, "/usr/$LIB/libchrootshim.so", library);
        text = replace(text, "/etc/chrootshim.conf", settings_file());
        option = memory_format("--server %s", init_program_name(server));
        text = replace(text, "--server php-fpm8.2", option);
        free(option);
        own = realpath("/proc/self/exe", NULL);
        if (own)
                text = replace(text, "/usr/bin/chrootshim", own);
        free(own);
        free(library);
        return text;
}

static bool is_wanted(const struct init_file *file)
{
        bool systemd = access("/run/systemd/system", F_OK) == 0;

        return file->path &&
               (file->when == INIT_ALWAYS || systemd == (file->when == INIT_WITH_SYSTEMD));
}

int init_plan_jails(struct init_record *record, const char *jail, const struct users *users,
        struct failure *ret_failure)
{
        char path[PATH_MAX];
        int error = init_record_earlier(record, ret_failure);

        if (error == 0)
                error = template_check(jail, ret_failure);
        if (error == 0)
                error = template_fixed(jail, path, sizeof(path), ret_failure);
        if (error == 0)
                error = init_record_directory(record, path, ret_failure);
        for (size_t i = 0; error == 0 && i < users->count; i++) {
                const struct user *user = &users->item[i];

                error = template_expand(
                        jail, user->name, user->uid, path, sizeof(path), ret_failure);
                if (error == 0)
                        error = init_record_directory(record, path, ret_failure);
        }
        return error;
}

int init_plan(struct init_record *record, const struct init_server *server, const char *settings,
        bool merged, bool force, struct failure *ret_failure)
{
        int error = init_record_file(
                record, settings_file(), settings, false, force || merged, ret_failure);

        for (size_t i = 0; error == 0 && i < INIT_FILES; i++) {
                const struct init_file *file = &server->layout->files[i];
                char *path, *text;

                if (!is_wanted(file))
                        continue;
                path = init_fill(server, file->path);
                text = file_text(file, server);
                error = init_record_file(record, path, text, file->adds, force, ret_failure);
                free(path);
                free(text);
        }
        return error;
}
