/* Knows what the shim itself has made in a jail: copies, mount points, directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/jail_made.h"

#include "command/memory.h"
#include "supply/manifest.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than this is no manifest. */
#define SIZE ((size_t)256 << 20)

/* Return: its text; allocated; NULL if it is not to be believed. */
static char *read_manifest(int directory)
{
        CLOSED_AT_END int fd = kernel_openat(
                directory, MANIFEST_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);
        struct file_facts facts;
        size_t length = 0;
        ssize_t got = 1;
        char *text;

        if (fd < 0 || kernel_facts(fd, "", 0, &facts) < 0 || !S_ISREG(facts.mode) ||
                facts.owner != geteuid() || (facts.mode & 077) || facts.links != 1 ||
                facts.size > SIZE)
                return NULL;
        text = memory_grow(NULL, facts.size + 1, 1);
        while (length < facts.size && got > 0) {
                got = kernel_read(fd, text + length, facts.size - length);
                length += got > 0 ? (size_t)got : 0;
        }
        text[length] = '\0';
        return text;
}

static int by_inode(const void *one, const void *other)
{
        const struct identity *a = one, *b = other;

        return (a->inode > b->inode) - (a->inode < b->inode);
}

void jail_made_read(struct jail_made *ret_made, int fd)
{
        char *text = read_manifest(fd);
        struct manifest_line line;

        for (const char *at = text; at && *at;) {
                size_t length = strcspn(at, "\n");

                if (manifest_parse(at, length, &line) && manifest_is_made(line.kind)) {
                        ret_made->item = memory_grow(
                                ret_made->item, ret_made->count + 1, sizeof(*ret_made->item));
                        ret_made->item[ret_made->count++] = line.identity;
                }
                at += length + (at[length] == '\n');
        }
        free(text);
        if (ret_made->count > 0)
                qsort(ret_made->item, ret_made->count, sizeof(*ret_made->item), by_inode);
}

bool jail_made_has(const struct jail_made *made, const struct file_facts *facts)
{
        const struct identity *found = made->count
                                               ? bsearch(&facts->identity, made->item, made->count,
                                                         sizeof(*made->item), by_inode)
                                               : NULL;

        return found && manifest_same(found, &facts->identity);
}

void jail_made_release(struct jail_made *made)
{
        free(made->item);
        *made = (struct jail_made){NULL, 0};
}
