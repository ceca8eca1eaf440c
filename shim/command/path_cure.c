/* From a path that workers lack to the line that brings it: a service, else an exposed path. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/path_cure.h"

#include "command/memory.h"
#include "command/quoting.h"
#include "settings/read.h"
#include "supply/services.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The service that fits best so far: by the length of what it names of the path, then its place. */
struct best {
        const char *name;
        size_t length;
        size_t place;
};

/* How much of @path @source names, a path with wildcards or not; 0 if it is not at or above it. */
static size_t named_length(const char *source, size_t source_length, const char *path)
{
        char pattern[PATH_MAX], beginning[PATH_MAX];
        size_t slashes = 0, length = 0;

        if (source_length >= sizeof(pattern))
                return 0;
        memcpy(pattern, source, source_length);
        pattern[source_length] = '\0';
        for (const char *at = pattern; *at; at++)
                slashes += *at == '/';
        while (path[length] && (path[length] != '/' || slashes > 0))
                slashes -= path[length++] == '/';
        if (slashes > 0 || length >= sizeof(beginning))
                return 0;
        memcpy(beginning, path, length);
        beginning[length] = '\0';
        return fnmatch(pattern, beginning, FNM_PATHNAME | FNM_PERIOD) == 0 ? length : 0;
}

static void consider(struct best *best, const char *name, size_t length, size_t place)
{
        if (length == 0 || length < best->length ||
                (length == best->length && place >= best->place))
                return;
        *best = (struct best){name, length, place};
}

/*
 * An element of `expose`, which names the first @length bytes of @path: can workers do this with it
 * then? A private directory is the jail's own, and brings nothing that lies in that of outside.
 */
static bool permits(const char *text, size_t length, const char *path, enum path_use use)
{
        if (use == PATH_USE_WRITE)
                return strstr(text, ",writable") || strstr(text, ",private");
        return !strstr(text, ",private") || !path[length];
}

/* @texts: as elements of `expose`, with options behind commas. */
static void consider_exposed(struct best *best, const char *name, const char *const *texts,
        const char *path, enum path_use use)
{
        for (size_t i = 0; texts && texts[i]; i++) {
                size_t length = named_length(texts[i], strcspn(texts[i], ","), path);

                if (permits(texts[i], length, path, use))
                        consider(best, name, length, i);
        }
}

/* What is loaded before the root changes is not looked for afterwards. */
static void consider_libraries(
        struct best *best, const char *name, const char *const *libraries, const char *path)
{
        const char *file = strrchr(path, '/') + 1;

        for (size_t i = 0; libraries && libraries[i]; i++)
                if (strcmp(libraries[i], file) == 0)
                        consider(best, name, strlen(path), i);
}

static void consider_definitions(struct best *best, const struct service_definition *definition,
        const char *path, enum path_use use)
{
        for (; definition; definition = definition->next) {
                const char *const *libraries = (const char *const *)definition->libraries.item;

                consider_exposed(best, definition->name,
                        (const char *const *)definition->expose.item, path, use);
                consider_libraries(best, definition->name, libraries, path);
        }
}

const char *path_service(struct plan *plan, const char *path, enum path_use use)
{
        struct best best = {NULL, 0, 0};
        struct failure ignored;

        /* One that is as much as all of /usr is no answer to a question for one file. */
        for (size_t i = 0; service_at(i); i++) {
                const struct service *service = service_at(i);

                if (service->namespace)
                        continue;
                consider_exposed(&best, service->name, service->expose, path, use);
                consider_libraries(&best, service->name, service->libraries, path);
        }
        if (!plan->settings.packaged)
                settings_read_definitions(&plan->settings, &ignored);
        consider_definitions(&best, plan->settings.defined, path, use);
        consider_definitions(&best, plan->settings.packaged, path, use);
        return best.name;
}

static bool lies_in(const char *path, const char *directory)
{
        size_t length = strlen(directory);

        return strncmp(path, directory, length) == 0 && (!path[length] || path[length] == '/');
}

/* A script, a program or a library, which needs others besides. */
static bool needs_others(const char *path, const struct stat *facts)
{
        char beginning[4] = "";
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        bool is_program = false;

        if (fd < 0)
                return facts->st_mode & 0111;
        if (read(fd, beginning, sizeof(beginning)) == (ssize_t)sizeof(beginning))
                is_program = memcmp(beginning, "\177ELF", 4) == 0 ||
                             ((facts->st_mode & 0111) && memcmp(beginning, "#!", 2) == 0);
        close(fd);
        return is_program;
}

/* "…/gconv/NAME.so": the module of a character set (iconv(3)). */
static bool cure_charset(const char *path, struct cure *cure)
{
        const char *gconv = strstr(path, "/gconv/"), *name = gconv ? gconv + 7 : "";
        size_t length = strlen(name);
        char *charset;

        if (strchr(name, '/') || length <= 3 || strcmp(name + length - 3, ".so") != 0)
                return false;
        charset = memory_format("%.*s", (int)length - 3, name);
        cure_set(cure, "charsets", charset);
        free(charset);
        return true;
}

/* Of a socket its directory, unless that is one that many share. */
static char *socket_exposure(const char *path)
{
        static const char *const shared[] = {"", "/run", "/var/run", "/tmp", "/var/tmp", "/dev"};
        char *directory = memory_copy(path);

        *strrchr(directory, '/') = '\0';
        for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
                if (strcmp(directory, shared[i]) == 0) {
                        free(directory);
                        return memory_copy(path);
                }
        }
        return directory;
}

static char *exposure_text(const char *path, const struct stat *facts, enum path_use use)
{
        if (S_ISSOCK(facts->st_mode))
                return socket_exposure(path);
        if (S_ISREG(facts->st_mode) && use == PATH_USE_READ && needs_others(path, facts))
                return memory_format("%s,program", path);
        if (use == PATH_USE_WRITE && !S_ISCHR(facts->st_mode))
                return memory_format("%s,writable", path);
        return memory_copy(path);
}

/* What a copy cannot be (supply/copy.h); a service may have a directory of the jail's own. */
static bool needs_namespace(const struct stat *facts, enum path_use use, const char *service)
{
        return S_ISSOCK(facts->st_mode) ||
               (use == PATH_USE_WRITE && !S_ISCHR(facts->st_mode) && !service);
}

static void cure_unnamed(
        const struct plan *plan, const char *path, const struct stat *facts, struct cure *cure)
{
        char *word, *jail;

        if (S_ISREG(facts->st_mode) && needs_others(path, facts)) {
                cure_path(cure, "chrootshim populate --program", path);
                return;
        }
        word = quoted_word(path);
        jail = quoted_word(plan->settings.jail);
        cure_command(cure, "cp -a --parents %s %s", word, jail);
        free(jail);
        free(word);
}

static void cure_expose(const struct plan *plan, const char *path, const struct stat *facts,
        enum path_use use, struct cure *cure)
{
        char *text;

        if (strchr(path, ',')) {
                cure_unnamed(plan, path, facts, cure);
                return;
        }
        text = exposure_text(path, facts, use);
        cure_set(cure, "expose", text);
        free(text);
}

bool path_cure(struct plan *plan, const char *path, enum path_use use, struct cure *ret_cure)
{
        const char *service;
        struct stat facts;

        if (path[0] != '/' || lies_in(path, "/proc") || lies_in(path, "/sys") ||
                stat(path, &facts) < 0 || path_relate(&plan->jail.prefixes, path) == PATH_BELOW)
                return false;
        if (cure_charset(path, ret_cure))
                return true;
        service = path_service(plan, path, use);
        if (service && services_include(&plan->settings, service))
                service = NULL;
        if (plan->settings.isolation == ISOLATION_CHROOT && needs_namespace(&facts, use, service))
                cure_set(ret_cure, "isolation", "namespace");
        else if (service)
                cure_set(ret_cure, "services", service);
        else
                cure_expose(plan, path, &facts, use, ret_cure);
        return true;
}
