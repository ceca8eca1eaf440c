/* Reaches the directory of one path after another, over no link. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue_reach.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

void reach_begin(struct reach *reach, int root)
{
        reach->root = root;
        reach->fd = -1;
        reach->length = SIZE_MAX;
}

void reach_end(struct reach *reach)
{
        kernel_close_at_end(&reach->fd);
        reach->fd = -1;
}

/* Go on from the directory that is reached to the one of this name. */
static void enter(struct reach *reach, const char *name)
{
        const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        int next = kernel_openat(reach->fd, name, flags, 0);
        struct file_facts facts;

        kernel_close(reach->fd);
        reach->fd = next;
        if (next >= 0 && kernel_facts(next, "", 0, &facts) == 0)
                reach->mounted |= facts.mounted;
}

static void walk(struct reach *reach)
{
        char *name = reach->path + 1;

        reach->mounted = false;
        reach->fd = kernel_openat(reach->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        while (reach->fd >= 0 && name < reach->path + reach->length) {
                size_t length = strcspn(name, "/");
                char behind = name[length];

                name[length] = '\0';
                enter(reach, name);
                name[length] = behind;
                name += length + 1;
        }
}

int reach_directory(struct reach *reach, const char *path, const char **ret_name)
{
        const char *slash = strrchr(path, '/');
        size_t length = (size_t)(slash - path);

        *ret_name = slash + 1;
        if (length == reach->length && memcmp(path, reach->path, length) == 0)
                return reach->fd;
        reach_end(reach);
        memcpy(reach->path, path, length);
        reach->path[length] = '\0';
        reach->length = length;
        walk(reach);
        return reach->fd;
}
