/* Looks at php-fpm's own view of its configuration, for what its pools will need in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_php.h"
#include "command/check/ini_file.h"
#include "command/check/inquiry.h"
#include "command/memory.h"

#include <stdlib.h>
#include <string.h>

/** What stands before the text of each line of `php-fpm -tt`, behind the time. */
#define LINE "NOTICE: "

/* @own: what `php-fpm -tt` tells of it: "user", "php_admin_value[error_log]" … */
struct pool {
        char *name;
        struct php_settings own;
};

struct fpm {
        struct check *check;
        const char *program;
        char *pidfile;
        struct pool *pool;
        size_t count;
        /* What `php-fpm -i` says: where its php.ini files are. */
        char *info;
};

static const char *value_of(const struct pool *pool, const char *name)
{
        const struct php_setting *setting = php_settings_find(&pool->own, name);

        return setting ? setting->value : NULL;
}

static char *where_in(const struct pool *pool, const char *name)
{
        return memory_format("php-fpm's pool [%s]: %s", pool->name, name);
}

static struct pool *pool_named(struct fpm *fpm, const char *name)
{
        if (fpm->count > 0 && strcmp(fpm->pool[fpm->count - 1].name, name) == 0)
                return &fpm->pool[fpm->count - 1];
        fpm->pool = memory_grow(fpm->pool, fpm->count + 1, sizeof(*fpm->pool));
        fpm->pool[fpm->count] = (struct pool){.name = memory_copy(name)};
        return &fpm->pool[fpm->count++];
}

static void found(void *context, const struct ini_entry *entry)
{
        struct fpm *fpm = context;
        struct pool *pool;
        char *where;

        if (strcmp(entry->value, "undefined") == 0 || entry->section[0] == '\0')
                return;
        if (strcmp(entry->section, "global") == 0) {
                if (strcmp(entry->name, "pid") == 0 && !fpm->pidfile)
                        fpm->pidfile = memory_copy(entry->value);
                return;
        }
        pool = pool_named(fpm, entry->section);
        where = where_in(pool, entry->name);
        php_settings_set(&pool->own, entry->name, entry->value, where);
        free(where);
}

/* Without what the log puts in front of each line. */
static void parse(struct fpm *fpm, const char *dump)
{
        char *text = memory_copy(""), *whole;

        for (const char *at = dump; (at = strstr(at, LINE)) != NULL;) {
                size_t length;

                at += strlen(LINE);
                length = strcspn(at, "\n");
                whole = memory_format("%s%.*s\n", text, (int)length, at);
                free(text);
                text = whole;
        }
        ini_parse(text, false, found, fpm);
        free(text);
}

/* What stands behind "NAME => " in the information. Return: allocated; NULL if it is not there. */
static char *information(const struct fpm *fpm, const char *name)
{
        char *line = memory_format("%s => ", name);
        const char *begin = strstr(fpm->info, line);
        char *value = begin ? memory_format("%.*s", (int)strcspn(begin + strlen(line), "\n"),
                                      begin + strlen(line))
                            : NULL;

        free(line);
        return value;
}

static void read_ini_files(const struct fpm *fpm, struct php_settings *settings)
{
        char *file = information(fpm, "Loaded Configuration File");
        char *directory = information(fpm, "Scan this dir for additional .ini files");

        if (file && file[0] == '/')
                php_settings_read(settings, file);
        if (directory && directory[0] == '/')
                php_settings_scan(settings, directory);
        free(directory);
        free(file);
}

/* "php_admin_value[error_log]" is error_log, for this pool. */
static void override(const struct pool *pool, struct php_settings *settings)
{
        for (size_t i = 0; i < pool->own.count; i++) {
                const struct php_setting *own = &pool->own.item[i];
                const char *bracket = strchr(own->name, '[');
                char *name;

                if (strncmp(own->name, "php_", 4) != 0 || !bracket)
                        continue;
                name = memory_format("%.*s", (int)strcspn(bracket + 1, "]"), bracket + 1);
                php_settings_set(settings, name, own->value, own->where);
                free(name);
        }
}

static void judge_user(struct fpm *fpm, const struct pool *pool)
{
        const char *user = value_of(pool, "user"), *group = value_of(pool, "group");
        char *where = where_in(pool, "user");

        if (!user || !check_user_named(fpm->check, user, group))
                check_found(fpm->check, FINDING_ERROR, "no-user", NULL, where,
                        user ? "there is no user %s%s%s" : "it names no user", user ? user : "",
                        group ? ", or no group " : "", group ? group : "");
        else if (fpm->check->user.uid == 0)
                check_found(fpm->check, FINDING_WARNING, "root-user", NULL, where,
                        "its workers stay root, whom a chroot confines less than others");
        free(where);
}

/* The shim enters it behind the jail, if it lies there. Return: may the rest be looked at? */
static bool judge_chroot(struct fpm *fpm, const struct pool *pool)
{
        const struct jail *jail = &fpm->check->plan.jail;
        const char *path = value_of(pool, "chroot");
        struct finding *finding;
        char *where;

        if (!path)
                return true;
        where = where_in(pool, "chroot");
        if (path_inside(&jail->prefixes, path) == path) {
                finding = check_found(fpm->check, FINDING_ERROR, "other-chroot", path, where,
                        "it is not below the jail: a worker that calls chroot() for it is refused");
                cure_command(&finding->cure, "chroot = %s", jail->configured);
        } else {
                check_wanted(fpm->check, path, CHECK_DIRECTORY | CHECK_ESSENTIAL, where,
                        "the pool's own root");
                check_found(fpm->check, FINDING_NOTE, "own-chroot", path, where,
                        "the pool has a root of its own in the jail: what it needs there was not "
                        "looked at");
        }
        free(where);
        return false;
}

static void judge_pool(struct fpm *fpm, const struct pool *pool)
{
        const char *directory = value_of(pool, "chdir");
        struct php_settings settings = {0};
        char *where;

        judge_user(fpm, pool);
        if (!judge_chroot(fpm, pool))
                return;
        if (directory) {
                where = where_in(pool, "chdir");
                check_wanted(fpm->check, directory, CHECK_DIRECTORY | CHECK_ESSENTIAL, where,
                        "the directory that each worker enters as it starts");
                free(where);
        }
        read_ini_files(fpm, &settings);
        override(pool, &settings);
        check_php_settings(fpm->check, &settings, fpm->program);
        php_settings_release(&settings);
}

static void judge_pidfile(struct fpm *fpm)
{
        const char *pidfile = fpm->check->plan.settings.pidfile;
        struct finding *finding;

        if (!pidfile || !fpm->pidfile || strcmp(pidfile, fpm->pidfile) == 0)
                return;
        finding = check_found(fpm->check, FINDING_ERROR, "other-pidfile", pidfile, NULL,
                "php-fpm writes its pid to %s: as it is, no process is taken for its master",
                fpm->pidfile);
        cure_set(&finding->cure, "pidfile", fpm->pidfile);
}

static void release(struct fpm *fpm)
{
        for (size_t i = 0; i < fpm->count; i++) {
                free(fpm->pool[i].name);
                php_settings_release(&fpm->pool[i].own);
        }
        free(fpm->pool);
        free(fpm->pidfile);
}

/* Its complaint, without the time: the last line but "test failed". */
static void refused(struct check *check, const char *program, const struct inquiry *inquiry)
{
        const char *line = strstr(inquiry->err, "ERROR: ");

        check_found(check, FINDING_ERROR, "refused", program, NULL,
                "it does not accept its configuration: %.*s", line ? (int)strcspn(line, "\n") : 40,
                line ? line : "it cannot be run");
}

void check_fpm(struct check *check, const char *program, char **arguments)
{
        struct fpm fpm = {.check = check, .program = program};
        struct inquiry info, dump;

        inquire_with(program, "-i", arguments, &info);
        fpm.info = info.out;
        if (inquire_with(program, "-tt", arguments, &dump)) {
                parse(&fpm, dump.err);
                judge_pidfile(&fpm);
                for (size_t i = 0; i < fpm.count; i++)
                        judge_pool(&fpm, &fpm.pool[i]);
        } else {
                refused(check, program, &dump);
        }
        release(&fpm);
        inquiry_release(&dump);
        inquiry_release(&info);
}
