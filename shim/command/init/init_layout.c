/* Where a server and its distribution keep what `chrootshim init` writes: data, one row each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_layout.h"

#include "command/init/init_texts.h"
#include "command/memory.h"
#include "settings/read.h"
#include "supply/services.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DROP_IN(unit) "/etc/systemd/system/" unit ".service.d/chrootshim.conf"

static const struct init_layout layouts[] = {
        {"apache2", "/usr/sbin/apache2", "apache2", "/run/apache2/apache2.pid", "apache",
                "/etc/apache2/conf-enabled/%s.conf",
                {{INIT_WITH_SYSTEMD, DROP_IN("apache2"), init_text_apache2, false},
                        {INIT_WITHOUT_SYSTEMD, "/etc/apache2/envvars", init_text_envvars, true}}},
        {"apache2", "/usr/sbin/httpd", "httpd", "/run/httpd/httpd.pid", "apache",
                "/etc/httpd/conf.d/%s.conf",
                {{INIT_ALWAYS, DROP_IN("httpd"), init_text_httpd, false}}},
        {"nginx", "/usr/sbin/nginx", "nginx", "/run/nginx.pid", "", NULL,
                {{INIT_WITH_SYSTEMD, DROP_IN("nginx"), init_text_nginx, false},
                        {INIT_WITHOUT_SYSTEMD, "/etc/default/nginx", init_text_default, true}}},
        {"php-fpm", "/usr/sbin/php-fpm[0-9]*", "php%s-fpm", "/run/php/php%s-fpm.pid", "php", NULL,
                {{INIT_WITH_SYSTEMD, DROP_IN("php%s-fpm"), init_text_php_fpm, false},
                        {INIT_WITHOUT_SYSTEMD, "/etc/default/php-fpm%s", init_text_default, true}}},
        {"php-fpm", "/usr/sbin/php-fpm", "php-fpm", "/run/php-fpm/php-fpm.pid", "php", NULL,
                {{INIT_ALWAYS, DROP_IN("php-fpm"), init_text_php_fpm, false}}},
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* Modules of a server that run programs of a language in its workers: what is there if they do. */
static const struct {
        const char *server;
        const char *enabled;
        const char *service;
} modules[] = {
        {"apache2", "/etc/apache2/mods-enabled/php*.load", "php"},
        {"apache2", "/etc/apache2/mods-enabled/perl.load", "perl"},
        {"apache2", "/etc/apache2/mods-enabled/wsgi.load", "python"},
        {"apache2", "/etc/apache2/mods-enabled/passenger.load", "ruby"},
        {"apache2", "/etc/apache2/mods-enabled/dav_fs.load", "dav"},
        {"apache2", "/etc/httpd/conf.modules.d/*perl*.conf", "perl"},
        {"apache2", "/etc/httpd/conf.modules.d/*wsgi*.conf", "python"},
};

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* Behind the name in the pattern, as far as it is the same. */
static char *version_of(const char *program, const char *pattern)
{
        return memory_copy(program + strcspn(pattern, "[*"));
}

static int fail_several(const char *name, const glob_t *found, struct failure *failure)
{
        char *names = memory_copy("");

        for (size_t i = 0; i < found->gl_pathc; i++) {
                char *longer = memory_format(
                        "%s%s%s", names, i ? ", " : "", base_name(found->gl_pathv[i]));

                free(names);
                names = longer;
        }
        failure_set(failure, 0, name, "there are several of it", NULL);
        failure_remedy(failure, "name one: %s", names);
        free(names);
        return -EINVAL;
}

/* Return: 1 if it is of this layout, and found; 0 if not; an error. */
static int find_in(const struct init_layout *layout, const char *name,
        struct init_server *ret_server, struct failure *failure)
{
        glob_t found;
        size_t which = 0, count = 0;
        int error = 0;

        if (glob(layout->program, 0, NULL, &found) != 0)
                return 0;
        for (size_t i = 0; i < found.gl_pathc; i++) {
                if (strcmp(name, base_name(found.gl_pathv[i])) != 0 &&
                        strcmp(name, layout->server) != 0)
                        continue;
                which = i;
                count++;
        }
        if (count > 1)
                error = fail_several(name, &found, failure);
        else if (count == 1)
                *ret_server = (struct init_server){layout, memory_copy(found.gl_pathv[which]),
                        version_of(found.gl_pathv[which], layout->program)};
        globfree(&found);
        return error < 0 ? error : (int)count;
}

char *init_server_names(void)
{
        char *names = memory_copy("");

        for (size_t i = 0; i < LAYOUTS; i++) {
                char *longer;

                if (i > 0 && strcmp(layouts[i].server, layouts[i - 1].server) == 0)
                        continue;
                longer = memory_format("%s%s%s", names, i ? ", " : "", layouts[i].server);
                free(names);
                names = longer;
        }
        return names;
}

static int fail_unknown(const char *name, struct failure *failure)
{
        char *names = init_server_names();
        const char *reason = "it is no server that is known here";

        for (size_t i = 0; i < LAYOUTS; i++)
                if (strcmp(name, layouts[i].server) == 0)
                        reason = "it is not installed in a place that is known";
        failure_set(failure, 0, name, reason, NULL);
        failure_remedy(failure, "known are %s, as Debian and RHEL install them", names);
        free(names);
        return -EINVAL;
}

int init_server_find(const char *name, struct init_server *ret_server, struct failure *ret_failure)
{
        *ret_server = (struct init_server){NULL, NULL, NULL};
        for (size_t i = 0; i < LAYOUTS; i++) {
                int found = find_in(&layouts[i], name, ret_server, ret_failure);

                if (found != 0)
                        return found < 0 ? found : 0;
        }
        return fail_unknown(name, ret_failure);
}

char *init_fill(const struct init_server *server, const char *pattern)
{
        const char *place = strstr(pattern, "%s");

        return place ? memory_format("%.*s%s%s", (int)(place - pattern), pattern, server->version,
                               place + 2)
                     : memory_copy(pattern);
}

const char *init_program_name(const struct init_server *server)
{
        return base_name(server->program);
}

/* Of one layout. Return: as init_program_of_pidfile(). */
static char *program_with(const struct init_layout *layout, const char *pidfile)
{
        char *name = NULL;
        glob_t found;

        if (glob(layout->program, 0, NULL, &found) != 0)
                return NULL;
        for (size_t i = 0; !name && i < found.gl_pathc; i++) {
                struct init_server server = {
                        layout, found.gl_pathv[i], version_of(found.gl_pathv[i], layout->program)};
                char *own = init_fill(&server, layout->pidfile);

                if (strcmp(own, pidfile) == 0)
                        name = memory_copy(init_program_name(&server));
                free(own);
                free(server.version);
        }
        globfree(&found);
        return name;
}

char *init_program_of_pidfile(const char *pidfile)
{
        char *name = NULL;

        for (size_t i = 0; pidfile && !name && i < LAYOUTS; i++)
                name = program_with(&layouts[i], pidfile);
        return name;
}

static bool is_there(const char *pattern)
{
        glob_t found;

        if (glob(pattern, 0, NULL, &found) != 0)
                return false;
        globfree(&found);
        return true;
}

static void add(char **services, const char *name)
{
        char *longer = memory_format("%s%s%s", *services, (*services)[0] ? ":" : "", name);

        free(*services);
        *services = longer;
}

static void add_enabled(char **services, const char *pattern, const char *name)
{
        const char *place = strstr(pattern, "%s");
        char *path = memory_format("%.*s%s%s", (int)(place - pattern), pattern, name, place + 2);

        if (access(path, F_OK) == 0)
                add(services, name);
        free(path);
}

/* Those that the file of definitions has by the names of packages. */
static int add_applications(char **services, const struct init_layout *layout,
        struct settings *settings, struct failure *failure)
{
        int error = layout->enabled ? settings_read_definitions(settings, failure) : 0;

        if (error < 0 || !layout->enabled)
                return error;
        for (struct service_definition *each = settings->packaged; each; each = each->next)
                add_enabled(services, layout->enabled, each->name);
        return 0;
}

int init_services(const struct init_server *server, struct settings *settings, char **ret_services,
        struct failure *ret_failure)
{
        *ret_services = memory_copy(server->layout->services);
        for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
                if (strcmp(modules[i].server, server->layout->server) == 0 &&
                        is_there(modules[i].enabled))
                        add(ret_services, modules[i].service);
        return add_applications(ret_services, server->layout, settings, ret_failure);
}

void init_server_release(struct init_server *server)
{
        free(server->program);
        free(server->version);
        *server = (struct init_server){NULL, NULL, NULL};
}
