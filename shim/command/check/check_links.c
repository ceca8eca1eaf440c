/* Looks for links in a directory that is served which lead to what the jail has not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_links.h"

#include "command/check/inside.h"
#include "command/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Most names that are looked at, and most levels of directories: links are near the top. */
#define NAMES 5000
#define DEPTH 2

/* Most findings: who has more has seen enough to know. */
#define MOST 10

struct walk {
        struct check *check;
        unsigned left;
        unsigned found;
};

static void look_at_link(struct walk *walk, int directory, const char *name, const char *path)
{
        struct inside inside;
        struct file_facts facts;
        char target[PATH_MAX], *where;
        ssize_t length = kernel_readlinkat(directory, name, target, sizeof(target) - 1);
        bool doubted;

        target[length > 0 ? length : 0] = '\0';
        if (target[0] != '/' || kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts) < 0 ||
                inside_look(walk->check, target, &inside) ||
                kernel_facts(AT_FDCWD, target, 0, &inside.facts) < 0 || walk->found++ >= MOST)
                return;
        doubted = check_doubts(walk->check, &facts);
        where = memory_format("%s: a symbolic link", path);
        check_wanted(walk->check, target, CHECK_READ, where,
                "what a link in a directory that is served leads to");
        walk->check->findings.doubted = doubted;
        free(where);
}

static void look_into(struct walk *walk, const char *path, unsigned depth)
{
        struct inside inside;
        struct dirent *entry;
        DIR *stream = NULL;
        int fd = -1;

        if (inside_look(walk->check, path, &inside) && inside.exposure)
                fd = inside_open(walk->check, &inside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (fd >= 0)
                stream = fdopendir(fd);
        while (stream && walk->left > 0 && (entry = readdir(stream))) {
                char *name;

                if (entry->d_name[0] == '.')
                        continue;
                walk->left--;
                name = memory_format("%s/%s", path, entry->d_name);
                if (entry->d_type == DT_LNK)
                        look_at_link(walk, fd, entry->d_name, name);
                else if (entry->d_type == DT_DIR && depth < DEPTH)
                        look_into(walk, name, depth + 1);
                free(name);
        }
        if (stream)
                closedir(stream);
}

void check_links(struct check *check, const char *path)
{
        struct walk walk = {check, NAMES, 0};

        if (check->usable)
                look_into(&walk, path, 0);
        if (walk.found > MOST)
                check_found(check, FINDING_NOTE, "more", path, NULL,
                        "it has %u more links to what is only outside", walk.found - MOST);
}
