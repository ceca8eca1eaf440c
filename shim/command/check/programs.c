/* Says whether a program will find inside what it needs: its interpreter and its libraries. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/programs.h"

#include "command/check/script_check.h"
#include "command/memory.h"
#include "supply/program_files.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Most files of a directory that are looked at, and most levels of directories. */
#define FILES_LIMIT 1000
#define DEPTH_LIMIT 3

/* As much of a "#!" line as the kernel reads (BINPRM_BUF_SIZE of Linux). */
#define LINE_SIZE 256

/* What a program lacks: each on its own, where the program itself is the jail's. */
struct lack {
        struct check *check;
        const char *program;
        bool each;
        unsigned use;
        char first[PATH_MAX];
        unsigned count;
};

static int found(void *context, const char *path)
{
        struct lack *lack = context;
        struct inside inside;

        /* Without it the loader looks into the usual directories, which is enough. */
        if (strcmp(path, "/etc/ld.so.cache") == 0 || inside_look(lack->check, path, &inside))
                return 0;
        if (lack->count++ == 0)
                snprintf(lack->first, sizeof(lack->first), "%s", path);
        if (lack->each)
                check_wanted(lack->check, path, CHECK_READ | lack->use, lack->program,
                        "a library of a program in the jail");
        return 0;
}

static void tell_libraries(const struct lack *lack, const char *where)
{
        struct finding *finding = check_found(lack->check, check_severity(lack->use), "libraries",
                lack->program, where,
                lack->count == 1 ? "it needs %s, which is not in the jail"
                                 : "it needs %s and %u more files that are not in the jail",
                lack->first, lack->count - 1);
        char *text = memory_format("%s,program", lack->program);

        cure_set(&finding->cure, "expose", text);
        free(text);
}

/* What another user could change is not asked: its loader would run as this one. */
static bool check_libraries(struct check *check, const struct inside *inside, const char *path,
        unsigned use, const char *where)
{
        struct lack lack = {
                .check = check,
                .program = path,
                .each = path_relate(&check->plan.jail.prefixes, path) == PATH_BELOW,
                .use = use & ~(unsigned)CHECK_KIND,
        };
        struct failure ignored = {0};

        if (program_files(inside->real, found, &lack, &ignored) < 0 || lack.count == 0)
                return true;
        if (!lack.each)
                tell_libraries(&lack, where);
        return false;
}

/* "#!/usr/bin/env perl": the program that env finds. */
static bool check_named(struct check *check, const char *interpreter, const char *name,
        unsigned use, const char *where, const char *what)
{
        static const char *const directories[] = {"/usr/local/bin", "/usr/bin", "/bin"};
        const char *base = strrchr(interpreter, '/');
        bool good = true, done = false;

        if (!base || strcmp(base, "/env") != 0 || !name || name[0] == '-' || strchr(name, '='))
                return true;
        for (size_t i = 0; !done && i < sizeof(directories) / sizeof(directories[0]); i++) {
                char *path = memory_format("%s/%s", directories[i], name);

                done = access(path, X_OK) == 0;
                if (done)
                        good = check_wanted(check, path, use, where, what);
                free(path);
        }
        return good;
}

/* The kernel looks for it inside, whatever the shim translates. */
static bool check_interpreter(
        struct check *check, char *line, const char *path, unsigned use, const char *where)
{
        char *interpreter = strtok(line, " \t"), *name = strtok(NULL, " \t");
        char *what;
        bool good;

        if (!interpreter || interpreter[0] != '/')
                return true;
        if (path_relate(&check->plan.jail.prefixes, interpreter) == PATH_BELOW &&
                !check->plan.settings.self_link) {
                struct finding *finding = check_found(check, check_severity(use), "interpreter",
                        path, where, "its first line names %s, which the kernel looks for inside",
                        interpreter);

                cure_set(&finding->cure, "self_link", "true");
                return false;
        }
        use = CHECK_EXECUTE | (use & ~(unsigned)CHECK_KIND);
        what = memory_format("the interpreter of %s", path);
        good = check_wanted(check, interpreter, use, where, what) &&
               check_named(check, interpreter, name, use, where, what);
        free(what);
        return good;
}

/* Return: its first line, as far as it matters; "" if it cannot be read. */
static void read_line(const struct check *check, const struct inside *inside, char *line)
{
        int fd = inside_open(check, inside, O_RDONLY);
        ssize_t length = fd < 0 ? 0 : read(fd, line, LINE_SIZE - 1);

        line[length < 0 ? 0 : length] = '\0';
        line[strcspn(line, "\n")] = '\0';
        if (fd >= 0)
                close(fd);
}

bool programs_check(struct check *check, const struct inside *inside, const char *path,
        unsigned use, const char *where)
{
        /* A script may be the interpreter of another, though not for ever (execve(2)). */
        static unsigned depth;
        char line[LINE_SIZE];
        bool good = true, doubted;

        if (!inside->real[0] || !S_ISREG(inside->facts.mode) || depth > 4)
                return true;
        depth++;
        doubted = check_doubts(check, &inside->source);
        read_line(check, inside, line);
        if (strncmp(line, "#!", 2) == 0) {
                good = check_interpreter(check, line + 2, path, use, where);
                if (!inside->exposure)
                        script_check(check, inside_open(check, inside, O_RDONLY), path, use);
        } else if (strncmp(line, ELFMAG, SELFMAG) == 0) {
                good = check_libraries(check, inside, path, use, where);
        }
        check->findings.doubted = doubted;
        depth--;
        return good;
}

/* A walk for scripts. */
struct walk {
        struct check *check;
        const char *ending;
        const char *where;
        unsigned left;
};

static void check_directory(struct walk *walk, const char *path, unsigned depth);

static bool ends_in(const char *name, const char *ending)
{
        size_t length = strlen(name), end = ending ? strlen(ending) : 0;

        return length >= end && strcmp(name + length - end, ending ? ending : "") == 0;
}

static void check_entry(struct walk *walk, const char *path, unsigned depth)
{
        struct inside inside;

        if (!inside_look(walk->check, path, &inside))
                return;
        if (S_ISDIR(inside.facts.mode) && depth < DEPTH_LIMIT)
                check_directory(walk, path, depth + 1);
        else if (S_ISREG(inside.facts.mode) && (inside.facts.mode & 0111) &&
                 ends_in(path, walk->ending))
                programs_check(walk->check, &inside, path, 0, walk->where);
}

static void check_directory(struct walk *walk, const char *path, unsigned depth)
{
        struct inside inside;
        struct dirent *entry;
        DIR *directory = NULL;
        int fd = -1;

        if (inside_look(walk->check, path, &inside))
                fd = inside_open(walk->check, &inside, O_RDONLY | O_DIRECTORY);
        if (fd >= 0)
                directory = fdopendir(fd);
        while (directory && walk->left > 0 && (entry = readdir(directory))) {
                char *file;

                if (entry->d_name[0] == '.')
                        continue;
                walk->left--;
                file = memory_format("%s/%s", path, entry->d_name);
                check_entry(walk, file, depth);
                free(file);
        }
        if (directory)
                closedir(directory);
}

void programs_check_directory(
        struct check *check, const char *path, const char *ending, const char *where)
{
        struct walk walk = {check, ending, where, FILES_LIMIT};

        check_directory(&walk, path, 0);
}
