/* Lists the tree before and after a probe, prints the difference, and has it undone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LINES 256

/* Sorted lines, one a file. */
struct listing {
        char *line[LINES];
        size_t count;
        size_t root_length;
};

static struct listing before;

char *tree_below(const char *directory, const char *name)
{
        char *path;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                err(1, "no memory");
        return path;
}

void tree_each_name(const char *directory, void (*visit)(char *path, void *data), void *data)
{
        struct dirent **names;
        int count = scandir(directory, &names, NULL, alphasort);

        if (count < 0)
                err(1, "cannot read %s", directory);
        for (int i = 0; i < count; i++) {
                if (strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0)
                        visit(tree_below(directory, names[i]->d_name), data);
                free(names[i]);
        }
        free(names);
}

/* The target of a link, or the beginning of a file that was changed. */
static void read_content(const char *path, const struct stat *st, char *content, size_t size)
{
        ssize_t length = 0;
        int fd;

        if (S_ISLNK(st->st_mode)) {
                length = readlink(path, content, size - 1);
        } else if (S_ISREG(st->st_mode) && st->st_mtime != TREE_TIME) {
                fd = open(path, O_RDONLY | O_CLOEXEC | O_NOATIME);
                length = read(fd, content, size - 1);
                close(fd);
        }
        content[length > 0 ? length : 0] = '\0';
        for (char *c = content; *c; c++)
                if (*c < ' ' || *c > '~')
                        *c = '.';
}

/* mkstemp() and its like choose six letters at random. */
static void mask_random_letters(char *line)
{
        char *name = strstr(line, "/random-");

        if (name && strlen(name) >= strlen("/random-XXXXXX"))
                memset(name + strlen("/random-"), '?', 6);
}

static void list(char *path, void *data)
{
        struct listing *listing = data;
        char content[64], attribute[64] = "", modified[32] = "now";
        struct stat st;

        if (lstat(path, &st) != 0 || listing->count == LINES)
                err(1, "cannot list %s", path);
        read_content(path, &st, content, sizeof(content));
        lgetxattr(path, TREE_ATTRIBUTE, attribute, sizeof(attribute) - 1);
        if (st.st_mtime < TREE_TIME * 10)
                snprintf(modified, sizeof(modified), "%ld.%09ld", (long)st.st_mtim.tv_sec,
                        st.st_mtim.tv_nsec);
        if (asprintf(&listing->line[listing->count],
                    "%s mode %06o owner %u:%u links %lu device %u:%u size %ld time %s "
                    "attribute %s '%s'",
                    path + listing->root_length, st.st_mode, st.st_uid, st.st_gid,
                    (unsigned long)(S_ISDIR(st.st_mode) ? 0 : st.st_nlink), major(st.st_rdev),
                    minor(st.st_rdev), S_ISDIR(st.st_mode) ? 0L : (long)st.st_size, modified,
                    attribute, content) < 0)
                err(1, "no memory");
        listing->count++;
        if (S_ISDIR(st.st_mode))
                tree_each_name(path, list, listing);
        free(path);
}

static int compare(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The tree's own directory shows what a probe left beside the jail. */
static void list_tree(const char *tree, struct listing *ret_listing)
{
        *ret_listing = (struct listing){.root_length = strlen(tree)};
        tree_each_name(tree, list, ret_listing);
        qsort(ret_listing->line, ret_listing->count, sizeof(char *), compare);
}

static void forget(struct listing *listing)
{
        while (listing->count > 0)
                free(listing->line[--listing->count]);
}

void changes_remember(const char *tree)
{
        forget(&before);
        list_tree(tree, &before);
}

/* Prints one line, and removes the file that it begins with: what belongs there is made anew. */
static void undo_change(const char *tree, char sign, char *line)
{
        char *name = strndup(line + 1, strcspn(line + 1, " "));

        tree_discard(tree, name);
        free(name);
        mask_random_letters(line);
        printf("  %c %s\n", sign, line);
}

void changes_undo(const char *tree)
{
        struct listing after;
        size_t old = 0, new = 0;
        bool changed = false;
        int order;

        list_tree(tree, &after);
        while (old < before.count || new < after.count) {
                order = old == before.count  ? 1
                        : new == after.count ? -1
                                             : strcmp(before.line[old], after.line[new]);
                if (order < 0)
                        undo_change(tree, '-', before.line[old]);
                if (order > 0)
                        undo_change(tree, '+', after.line[new]);
                old += order <= 0;
                new += order >= 0;
                changed |= order != 0;
        }
        forget(&after);
        if (changed)
                tree_build(tree);
}
