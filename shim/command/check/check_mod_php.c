/* Finds the settings of the PHP that runs in httpd's workers, and has them looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_php.h"
#include "command/check/httpd_config.h"
#include "command/memory.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static bool exists(const char *path)
{
        struct stat facts;

        return stat(path, &facts) == 0;
}

/* Where distributions have it. Return: the last version's; allocated; NULL if none is there. */
static char *find_installed(void)
{
        static const char *const patterns[] = {"/usr/lib/apache2/modules/libphp*.so",
                "/usr/lib64/httpd/modules/libphp*.so", "/usr/lib/httpd/modules/libphp*.so",
                "/usr/lib64/apache2/mod_php*.so"};
        char *path = NULL;
        glob_t found;

        for (size_t i = 0; !path && i < sizeof(patterns) / sizeof(patterns[0]); i++)
                if (glob(patterns[i], 0, NULL, &found) == 0) {
                        path = memory_copy(found.gl_pathv[found.gl_pathc - 1]);
                        globfree(&found);
                }
        return path;
}

/*
 * The module's file, where it is loaded. What mod_info tells of a configuration has no LoadModule.
 * Return: allocated; NULL if it is not.
 */
static char *find_module(const struct httpd_config *config)
{
        static const char *const names[] = {"php_module", "php7_module", "php5_module"};
        const struct httpd_directive *directive = NULL;

        while ((directive = httpd_config_next(config, directive, "LoadModule")) != NULL)
                if (directive->count > 1 && strncmp(directive->argument[0], "php", 3) == 0)
                        return httpd_config_path(config, directive->argument[1]);
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (httpd_config_has(config, names[i]))
                        return find_installed();
        return NULL;
}

/* "8.2" of "/usr/lib/apache2/modules/libphp8.2.so"; empty where the name has none. Allocated. */
static char *version(const char *module)
{
        const char *name = strrchr(module, '/');

        name = name ? name + 1 : module;
        name += strcspn(name, "0123456789.");
        return memory_format("%.*s",
                (int)(strspn(name, "0123456789.") - (name[0] && strstr(name, ".so") ? 1 : 0)),
                name);
}

/* Debian's directory of this version; else RHEL's. */
static void read_files(
        struct php_settings *settings, const struct httpd_config *config, const char *module)
{
        const struct httpd_directive *own = httpd_config_next(config, NULL, "PHPIniDir");
        char *number = version(module);
        char *debian = memory_format("/etc/php/%s/apache2", number);
        bool is_debian = exists(debian);
        char *directory = own && own->count ? httpd_config_path(config, own->argument[0])
                                            : memory_copy(is_debian ? debian : "/etc");
        char *file = memory_format("%s/php.ini", directory);
        char *scan = is_debian ? memory_format("%s/conf.d", debian) : memory_copy("/etc/php.d");

        php_settings_read(settings, exists(file) ? file : directory);
        php_settings_scan(settings, scan);
        free(scan);
        free(file);
        free(directory);
        free(debian);
        free(number);
}

void check_php_overrides(struct check *check, const struct httpd_config *file)
{
        const struct httpd_directive *directive = NULL;
        char *module = find_module(file);

        while (module && (directive = httpd_config_next(file, directive, "php_value"))) {
                char *where = httpd_config_where(directive);

                if (directive->count > 1)
                        check_php_value(
                                check, directive->argument[0], directive->argument[1], where);
                free(where);
        }
        free(module);
}

/* One in a section counts there, so there may be several: each is looked at. */
static void override(struct check *check, struct php_settings *settings, const char *name)
{
        const struct httpd_directive *directive = NULL;

        while ((directive = httpd_config_next(check->httpd, directive, name)) != NULL) {
                char *where;

                if (directive->count < 2)
                        continue;
                where = httpd_config_where(directive);
                if (directive->section != HTTPD_NO_SECTION)
                        check_php_value(
                                check, directive->argument[0], directive->argument[1], where);
                php_settings_set(settings, directive->argument[0], directive->argument[1], where);
                free(where);
        }
}

void check_php(struct check *check)
{
        struct php_settings settings = {0};
        char *module = check->httpd ? find_module(check->httpd) : NULL;

        if (!module)
                return;
        read_files(&settings, check->httpd, module);
        override(check, &settings, "php_value");
        override(check, &settings, "php_admin_value");
        check_php_settings(check, &settings, module);
        php_settings_release(&settings);
        free(module);
}
