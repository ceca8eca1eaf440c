/* Walks through the files of a jail, as root sees them from outside: bounded, and nowhere else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/jail_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

struct walk {
        size_t limit;
        size_t count;
        enum jail_walk_way (*found)(void *context, const struct jail_entry *entry);
        void *context;
        uint64_t device;
        int directory;
        unsigned depth;
        char path[PATH_MAX];
        size_t length;
};

static void walk_directory(struct walk *walk, int fd);

/* Into a directory, unless it was exchanged for another one meanwhile. */
static void enter(struct walk *walk, const struct jail_entry *entry)
{
        CLOSED_AT_END int fd = -1;
        struct file_facts facts;

        if (walk->depth == JAIL_WALK_DEPTH || entry->facts.mounted ||
                entry->facts.identity.device != walk->device)
                return;
        fd = kernel_openat(
                entry->directory, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        if (fd < 0 || kernel_facts(fd, "", 0, &facts) < 0 ||
                !identity_equal(&facts.identity, &entry->facts.identity))
                return;
        walk_directory(walk, fd);
}

/* Return: the text of the link, in @buffer; NULL if it is none. */
static const char *link_text(const struct jail_entry *entry, char *buffer)
{
        ssize_t length;

        if (!S_ISLNK(entry->facts.mode))
                return NULL;
        length = kernel_readlinkat(entry->directory, entry->name, buffer, PATH_MAX - 1);
        buffer[length > 0 ? length : 0] = '\0';
        return buffer;
}

static int look(void *context, const char *name)
{
        struct walk *walk = context;
        struct jail_entry entry = {.path = walk->path, .directory = walk->directory, .name = name};
        size_t before = walk->length, length = strlen(name);
        char link[PATH_MAX];

        if (walk->count == walk->limit)
                return -E2BIG;
        if (before + length + 2 > sizeof(walk->path) ||
                kernel_facts(entry.directory, name, AT_SYMLINK_NOFOLLOW, &entry.facts) < 0)
                return 0;
        walk->count++;
        walk->path[before] = '/';
        memcpy(walk->path + before + 1, name, length + 1);
        walk->length += length + 1;
        entry.link = link_text(&entry, link);
        if (walk->found(walk->context, &entry) == JAIL_WALK_ON && S_ISDIR(entry.facts.mode))
                enter(walk, &entry);
        walk->length = before;
        walk->path[before] = '\0';
        return 0;
}

static void walk_directory(struct walk *walk, int fd)
{
        int before = walk->directory;

        walk->directory = fd;
        walk->depth++;
        kernel_each_entry(fd, look, walk);
        walk->depth--;
        walk->directory = before;
}

size_t jail_walk(int fd, size_t limit,
        enum jail_walk_way (*found)(void *context, const struct jail_entry *entry), void *context)
{
        struct walk walk = {.limit = limit, .found = found, .context = context};
        struct file_facts facts;

        if (kernel_facts(fd, "", 0, &facts) < 0)
                return 0;
        walk.device = facts.identity.device;
        walk_directory(&walk, fd);
        return walk.count;
}
