/* Looks at nginx's own view of its configuration, for what its workers will need in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_nginx.h"

#include "command/check/inquiry.h"
#include "command/memory.h"

#include <stdlib.h>
#include <string.h>

static void judge_user(struct nginx *nginx)
{
        const struct nginx_directive *directive = nginx_config_next(&nginx->config, NULL, "user");
        char *built = nginx_built_with(nginx, "--user=");
        const char *name = directive && directive->count > 1 ? directive->word[1]
                           : built                           ? built
                                                             : "nobody";
        char *where = directive ? nginx_config_where(directive) : memory_copy("user: not set");

        if (!check_user_named(nginx->check, name,
                    directive && directive->count > 2 ? directive->word[2] : NULL))
                check_found(nginx->check, FINDING_ERROR, "no-user", NULL, where,
                        "there is no user %s", name);
        else if (nginx->check->user.uid == 0)
                cure_command(&check_found(nginx->check, FINDING_WARNING, "root-user", NULL, where,
                                     "workers stay root, whom a chroot confines less than others")
                                      ->cure,
                        "user www-data;");
        free(where);
        free(built);
}

static void judge_pidfile(struct nginx *nginx)
{
        const struct settings *settings = &nginx->check->plan.settings;
        const struct nginx_directive *directive = nginx_config_next(&nginx->config, NULL, "pid");
        char *built = nginx_built_with(nginx, "--pid-path=");
        const char *path = directive && directive->count > 1 ? directive->word[1] : built;
        char *whole = path ? nginx_path(nginx, path, NGINX_PREFIX) : NULL;
        char *where = directive ? nginx_config_where(directive) : NULL;

        if (settings->pidfile && whole && strcmp(settings->pidfile, whole) != 0)
                cure_set(&check_found(nginx->check, FINDING_ERROR, "other-pidfile",
                                 settings->pidfile, where,
                                 "nginx writes its pid to %s: as it is, no process is taken for "
                                 "its master",
                                 whole)
                                  ->cure,
                        "pidfile", whole);
        free(where);
        free(whole);
        free(built);
}

static void judge(struct nginx *nginx)
{
        judge_user(nginx);
        judge_pidfile(nginx);
        nginx_check_paths(nginx);
}

/* What nginx itself says of a configuration that it refuses: its first line. */
static void refused(struct check *check, const char *program, const struct inquiry *inquiry)
{
        check_found(check, FINDING_ERROR, "refused", program, NULL,
                "it does not accept its configuration: %.*s", (int)strcspn(inquiry->err, "\n"),
                inquiry->status < 0 ? "it cannot be run" : inquiry->err);
}

/* "-p /srv/nginx", "-p/srv/nginx"; else what it was built with. */
static char *find_prefix(const struct nginx *nginx, char **arguments)
{
        for (; *arguments; arguments++)
                if (strncmp(*arguments, "-p", 2) == 0) {
                        const char *value = (*arguments)[2] ? *arguments + 2 : arguments[1];

                        return memory_copy(value ? value : "/");
                }
        return nginx_built_with(nginx, "--prefix=");
}

void check_nginx(struct check *check, const char *program, char **arguments)
{
        char *const none[] = {NULL};
        struct nginx nginx = {.check = check};
        struct inquiry built, dump;
        const char *slash;

        inquire_with(program, "-V", none, &built);
        nginx.built = built.err;
        nginx.prefix = find_prefix(&nginx, arguments);
        if (!nginx.prefix)
                nginx.prefix = memory_copy("/");
        if (inquire_with(program, "-T", arguments, &dump)) {
                nginx_config_parse(&nginx.config, dump.out);
                slash = nginx.config.file_count ? strrchr(nginx.config.file[0].name, '/') : NULL;
                nginx.directory =
                        slash ? memory_format("%.*s", (int)(slash - nginx.config.file[0].name),
                                        nginx.config.file[0].name)
                              : memory_copy("/");
                judge(&nginx);
                nginx_config_release(&nginx.config);
        } else {
                refused(check, program, &dump);
        }
        free(nginx.directory);
        free(nginx.prefix);
        inquiry_release(&dump);
        inquiry_release(&built);
}
