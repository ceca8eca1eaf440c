/* Looks for the .htaccess files that httpd would read, and at the paths that they name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/check/check_php.h"
#include "command/check/httpd_files.h"
#include "command/check/inside.h"
#include "command/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Directories that are looked into for .htaccess files, in all. */
#define DIRECTORIES_LIMIT 2000
#define DEPTH_LIMIT 8

/* What is read of them, in bytes: of one, and of all. Who may write them is to keep nobody busy. */
#define FILE_LIMIT ((size_t)256 << 10)
#define FILES_LIMIT ((size_t)2 << 20)

/* The walk for .htaccess files. */
struct walk {
        struct check *check;
        const struct httpd_config *config;
        unsigned left;
        size_t bytes;
};

static void parse(struct walk *walk, const char *path, const char *text)
{
        struct httpd_config file = {.root = memory_copy(walk->config->root)};

        for (size_t i = 0; i < walk->config->module_count; i++)
                httpd_config_add_module(&file, walk->config->module[i]);
        httpd_config_parse(&file, text, path, false);
        httpd_files_prune(&file);
        check_httpd_paths(walk->check, &file);
        check_php_overrides(walk->check, &file);
        httpd_config_release(&file);
}

/* Return: is it small enough to be looked at? */
static bool is_small(struct walk *walk, const char *path, const char *text)
{
        size_t length = strlen(text);

        if (length > FILE_LIMIT) {
                check_found(walk->check, FINDING_NOTE, "large-htaccess", path, NULL,
                        "it has more than %zu KiB, and was not looked at", FILE_LIMIT >> 10);
                return false;
        }
        if (length > walk->bytes) {
                check_found(walk->check, FINDING_NOTE, "more-htaccess", NULL, NULL,
                        "there are more than %zu MiB of .htaccess files: %s and others were not "
                        "looked at",
                        FILES_LIMIT >> 20, path);
                walk->left = 0;
                return false;
        }
        walk->bytes -= length;
        return true;
}

static void look_at_file(struct walk *walk, const char *directory)
{
        char *path = memory_format("%s/.htaccess", directory), *text = NULL;
        struct inside inside;
        bool doubted;

        if (inside_look(walk->check, path, &inside) && S_ISREG(inside.facts.mode))
                text = httpd_file_contents(inside_open(walk->check, &inside, O_RDONLY));
        if (text && is_small(walk, path, text)) {
                doubted = check_doubts(walk->check, &inside.source);
                parse(walk, path, text);
                walk->check->findings.doubted = doubted;
        }
        free(text);
        free(path);
}

static void look_into(struct walk *walk, const char *directory, unsigned depth);

static void look_into_each(struct walk *walk, DIR *stream, const char *directory, unsigned depth)
{
        struct dirent *entry;

        while ((entry = readdir(stream))) {
                char *path;

                if (entry->d_name[0] == '.' || entry->d_type != DT_DIR)
                        continue;
                path = memory_format("%s/%s", directory, entry->d_name);
                look_into(walk, path, depth);
                free(path);
        }
}

static void look_into(struct walk *walk, const char *directory, unsigned depth)
{
        struct inside inside;
        DIR *stream;
        int fd;

        if (depth > DEPTH_LIMIT || walk->left == 0 ||
                !inside_look(walk->check, directory, &inside) || !S_ISDIR(inside.facts.mode))
                return;
        walk->left--;
        look_at_file(walk, directory);
        fd = inside_open(walk->check, &inside, O_RDONLY | O_DIRECTORY);
        stream = fd < 0 ? NULL : fdopendir(fd);
        if (!stream)
                return;
        look_into_each(walk, stream, directory, depth + 1);
        closedir(stream);
}

static bool is_pattern(const char *path)
{
        return strpbrk(path, "*?[$") != NULL;
}

/* <Directory PATH> with AllowOverride of more than None. */
void check_httpd_overrides(struct check *check, const struct httpd_config *config)
{
        const struct httpd_directive *directive = NULL;
        struct walk walk = {check, config, DIRECTORIES_LIMIT, FILES_LIMIT};

        while ((directive = httpd_config_next(config, directive, "AllowOverride"))) {
                const struct httpd_directive *section = httpd_config_section(config, directive);
                char *path;

                if (!check->usable || !section || section->count == 0 || directive->count == 0 ||
                        strcasecmp(directive->argument[0], "None") == 0 ||
                        strcasecmp(section->name, "Directory") != 0)
                        continue;
                path = memory_copy(section->argument[0]);
                path_tidy(path);
                if (path[0] == '/' && path[1] && !is_pattern(path))
                        look_into(&walk, path, 0);
                free(path);
        }
}
