/* Looks at PHP's own settings, for what its code will need in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_php.h"

#include "command/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo"

/* Settings that are paths. What the master reads as it starts (extensions, preloaded code,
 * browscap) is not among them. */
static const struct path_setting {
        const char *name;
        unsigned use;
        const char *what;
} paths[] = {
        {"upload_tmp_dir", CHECK_CREATE, "the directory for uploads"},
        {"sys_temp_dir", CHECK_CREATE, "the directory for temporary files"},
        {"error_log", CHECK_MAKE, "PHP's error log"},
        {"mail.log", CHECK_MAKE, "the log of mail()"},
        {"auto_prepend_file", CHECK_READ, "the file that each script begins with"},
        {"auto_append_file", CHECK_READ, "the file that each script ends with"},
        {"opcache.file_cache", CHECK_CREATE, "the opcode cache"},
        {"curl.cainfo", CHECK_READ, "the file of certificates"},
        {"openssl.cafile", CHECK_READ, "the file of certificates"},
        {"openssl.capath", CHECK_DIRECTORY, "the directory of certificates"},
        {"mysqli.default_socket", CHECK_SOCKET, "the database's socket"},
        {"pdo_mysql.default_socket", CHECK_SOCKET, "the database's socket"},
        {"xdebug.output_dir", CHECK_CREATE, "the directory of profiles"},
};

/* What code may need, and only if it uses it: a note, where the machine has it. */
static const struct perhaps {
        const char *extension;
        const char *path;
        unsigned use;
        const char *what;
} perhaps[] = {
        {"mysqli", "/run/mysqld/mysqld.sock", CHECK_SOCKET, "the database's socket"},
        {"pdo_mysql", "/run/mysqld/mysqld.sock", CHECK_SOCKET, "the database's socket"},
        {"mysqli", "/var/lib/mysql/mysql.sock", CHECK_SOCKET, "the database's socket"},
        {"pgsql", "/run/postgresql/.s.PGSQL.5432", CHECK_SOCKET, "the database's socket"},
        {"pdo_pgsql", "/run/postgresql/.s.PGSQL.5432", CHECK_SOCKET, "the database's socket"},
        {"redis", "/run/redis/redis-server.sock", CHECK_SOCKET, "the cache's socket"},
        {"curl", "/etc/ssl/certs/ca-certificates.crt", CHECK_READ, "what HTTPS trusts"},
        {"curl", "/etc/pki/tls/certs/ca-bundle.crt", CHECK_READ, "what HTTPS trusts"},
        {NULL, "/etc/resolv.conf", CHECK_READ, "what names of hosts are looked up by"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool exists(const char *path)
{
        struct stat facts;

        return stat(path, &facts) == 0;
}

/* "5;0600;/var/lib/php/sessions", "tcp://127.0.0.1:6379", "unix:///run/redis/redis.sock?…". */
static void check_sessions(struct check *check, const char *value, const char *where)
{
        const char *last = strrchr(value, ';'), *socket = strstr(value, "unix:/");
        char *path;

        if (socket) {
                socket += strlen("unix:");
                socket += strspn(socket, "/") - 1;
                path = memory_format("%.*s", (int)strcspn(socket, "?,"), socket);
                check_wanted(check, path, CHECK_SOCKET, where, "the socket for sessions");
                free(path);
                return;
        }
        value = last ? last + 1 : value;
        if (value[0] == '/')
                check_wanted(check, value, CHECK_CREATE, where, "the directory for sessions");
}

static void check_open_basedir(struct check *check, const char *value, const char *where)
{
        char *copy = memory_copy(value), *rest = copy, *part;

        while ((part = strsep(&rest, ":")) != NULL)
                if (part[0] == '/')
                        check_wanted(check, part, CHECK_READ | CHECK_OPTIONAL, where,
                                "a path that code may open (open_basedir)");
        free(copy);
}

/* The command by which mail() sends: its program, and the shell that runs it. */
static void check_mailer(struct check *check, const char *value, const char *where, unsigned extra)
{
        char *program = memory_format("%.*s", (int)strcspn(value, " \t"), value);

        if (program[0] == '/' && (!extra || exists(program)) &&
                check_wanted(check, program, CHECK_EXECUTE | extra, where,
                        "the program that mail() sends by"))
                check_wanted(check, "/bin/sh", CHECK_EXECUTE | extra, where,
                        "the shell that mail() runs it by");
        free(program);
}

void check_php_value(struct check *check, const char *name, const char *value, const char *where)
{
        if (strcmp(name, "session.save_path") == 0)
                check_sessions(check, value, where);
        if (strcmp(name, "open_basedir") == 0)
                check_open_basedir(check, value, where);
        if (strcmp(name, "sendmail_path") == 0)
                check_mailer(check, value, where, 0);
        for (size_t i = 0; i < COUNT(paths); i++)
                if (strcmp(name, paths[i].name) == 0 && value[0] == '/')
                        check_wanted(check, value, paths[i].use, where, paths[i].what);
}

static bool keeps_files(const struct php_settings *settings)
{
        const struct php_setting *handler = php_settings_find(settings, "session.save_handler");

        return !handler || strcmp(handler->value, "files") == 0;
}

static bool is_on(const struct php_settings *settings, const char *name)
{
        const struct php_setting *setting = php_settings_find(settings, name);

        return !setting ||
               (strcasecmp(setting->value, "off") != 0 && strcasecmp(setting->value, "no") != 0 &&
                       strcmp(setting->value, "0") != 0);
}

/* What holds where nothing is set: Debian's sessions directory, RHEL's, /tmp, sendmail. */
static void check_defaults(struct check *check, const struct php_settings *settings)
{
        static const char *const sessions[] = {
                "/var/lib/php/sessions", "/var/lib/php/session", "/tmp"};
        size_t i = 0;

        if (keeps_files(settings) && !php_settings_find(settings, "session.save_path")) {
                while (i < COUNT(sessions) - 1 && !exists(sessions[i]))
                        i++;
                check_sessions(check, sessions[i], "session.save_path: not set");
        }
        if (!php_settings_find(settings, "sys_temp_dir") && is_on(settings, "file_uploads") &&
                !php_settings_find(settings, "upload_tmp_dir"))
                check_wanted(check, "/tmp", CHECK_CREATE, "upload_tmp_dir: not set",
                        "the directory for uploads");
        if (!php_settings_find(settings, "sendmail_path"))
                check_mailer(check, "/usr/sbin/sendmail", "sendmail_path: not set", CHECK_OPTIONAL);
}

/* Distributions build PHP without time zones of its own. */
static bool has_host_zones(const char *binary)
{
        int fd = open(binary, O_RDONLY | O_CLOEXEC);
        struct stat facts;
        bool found = false;
        void *bytes;

        if (fd < 0)
                return false;
        if (fstat(fd, &facts) == 0 && facts.st_size > 0) {
                bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
                if (bytes != MAP_FAILED) {
                        found = memmem(bytes, (size_t)facts.st_size, ZONES, strlen(ZONES)) != NULL;
                        munmap(bytes, (size_t)facts.st_size);
                }
        }
        close(fd);
        return found;
}

static void check_zone(struct check *check, const struct php_settings *settings, const char *binary)
{
        const struct php_setting *zone = php_settings_find(settings, "date.timezone");
        char *path;

        if (!has_host_zones(binary))
                return;
        path = memory_format(ZONES "/%s", zone ? zone->value : "UTC");
        check_wanted(check, path, CHECK_READ, zone ? zone->where : "date.timezone: not set",
                "the time zone, without which PHP tells no date");
        free(path);
}

static void check_perhaps(struct check *check, const struct php_settings *settings)
{
        for (size_t i = 0; i < COUNT(perhaps); i++) {
                const char *extension = perhaps[i].extension;
                char *where;

                if ((extension && !php_settings_loads(settings, extension)) ||
                        !exists(perhaps[i].path))
                        continue;
                where = memory_format("PHP's %s", extension ? extension : "streams");
                check_wanted(check, perhaps[i].path, perhaps[i].use | CHECK_OPTIONAL, where,
                        perhaps[i].what);
                free(where);
        }
}

/*
 * All workers of a server share the cache, which knows a script by its path in the jail: where each
 * user has one, the same path is another script in another's.
 */
static void check_shared_cache(struct check *check, const struct php_settings *settings)
{
        const struct php_setting *root = php_settings_find(settings, "opcache.validate_root");
        struct finding *finding;

        if (!check->users || !php_settings_loads(settings, "opcache") ||
                !is_on(settings, "opcache.enable") ||
                (root && is_on(settings, "opcache.validate_root")))
                return;
        finding = check_found(check, FINDING_ERROR, "shared-opcache", NULL,
                root ? root->where : "opcache.validate_root: not set",
                "opcache, which all pools share, may run the script that another user has under "
                "the same path in his jail");
        cure_command(&finding->cure, "opcache.validate_root = 1");
}

void check_php_settings(
        struct check *check, const struct php_settings *settings, const char *binary)
{
        for (size_t i = 0; i < settings->count; i++)
                check_php_value(check, settings->item[i].name, settings->item[i].value,
                        settings->item[i].where);
        check_defaults(check, settings);
        check_zone(check, settings, binary);
        check_perhaps(check, settings);
        check_shared_cache(check, settings);
}
