/* What the manifest of a jail says that has been made there, and how two of its states differ. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/inventory.h"

#include "command/memory.h"
#include "supply/manifest_file.h"
#include "supply/residue_reach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static void take_line(struct inventory *inventory, const struct manifest_line *line)
{
        struct inventory_item *item;

        if (line->kind == MANIFEST_SERVER && line->identity.inode == 0)
                wishes_read(&inventory->wishes, line->path);
        if (!manifest_is_made(line->kind) || manifest_announces(line))
                return;
        inventory->item = memory_grow(inventory->item, inventory->count + 1, sizeof(*item));
        item = &inventory->item[inventory->count++];
        *item = (struct inventory_item){memory_copy(line->path), line->kind, line->identity};
}

/* Of several lines for one path, all are kept: the one that fits is true. */
static int compare(const void *a, const void *b)
{
        const struct inventory_item *one = a, *other = b;
        int order = strcmp(one->path, other->path);

        if (order != 0 || one->identity.inode == other->identity.inode)
                return order;
        return one->identity.inode < other->identity.inode ? -1 : 1;
}

int inventory_read(
        const struct jail *jail, struct inventory *ret_inventory, struct failure *ret_failure)
{
        MANIFEST int manifest = manifest_open(jail->fd, false, ret_failure);
        struct manifest_line *line;
        struct manifest_text text;
        int error = manifest < 0 ? manifest : manifest_load(manifest, &text);

        *ret_inventory = (struct inventory){0};
        if (manifest == -ENOENT)
                return 0;
        if (error < 0) {
                if (manifest >= 0)
                        failure_set(ret_failure, error, "/" MANIFEST_NAME, NULL, NULL);
                ret_failure->jail = jail->real;
                return error;
        }
        line = memory_grow(NULL, 1, sizeof(*line));
        for (char *at = text.text, *end = at + text.length; at < end;) {
                char *newline = memchr(at, '\n', (size_t)(end - at));
                size_t length = (size_t)((newline ? newline : end) - at);

                if (manifest_parse(at, length, line))
                        take_line(ret_inventory, line);
                at += length + 1;
        }
        free(line);
        manifest_unload(&text);
        qsort(ret_inventory->item, ret_inventory->count, sizeof(*ret_inventory->item), compare);
        return 0;
}

/* Of the items from @i on, how many have the same path? */
static size_t run_of(const struct inventory *inventory, size_t i)
{
        size_t end = i;

        while (end < inventory->count &&
                strcmp(inventory->item[end].path, inventory->item[i].path) == 0)
                end++;
        return end - i;
}

static bool has(
        const struct inventory_item *item, size_t count, const struct inventory_item *wanted)
{
        for (size_t i = 0; i < count; i++)
                if (item[i].kind == wanted->kind &&
                        manifest_same(&item[i].identity, &wanted->identity))
                        return true;
        return false;
}

static bool is_there(struct reach *reach, const char *path)
{
        struct file_facts facts;
        const char *name;
        int directory = reach_directory(reach, path, &name);

        return directory >= 0 && kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts) == 0;
}

void inventory_compare(const struct jail *jail, const struct inventory *before,
        const struct inventory *after,
        void (*found)(void *context, enum inventory_change change, const char *path), void *context)
{
        struct reach reach;
        size_t old = 0, new = 0;

        reach_begin(&reach, jail->fd);
        while (old < before->count || new < after->count) {
                int order = old == before->count ? 1
                            : new == after->count
                                    ? -1
                                    : strcmp(before->item[old].path, after->item[new].path);
                size_t gone = order <= 0 ? run_of(before, old) : 0;
                size_t come = order >= 0 ? run_of(after, new) : 0;
                bool changed = false;

                for (size_t i = 0; order == 0 && i < come; i++)
                        changed |= !has(before->item + old, gone, &after->item[new + i]);
                if (order > 0)
                        found(context, INVENTORY_MADE, after->item[new].path);
                else if (changed)
                        found(context, INVENTORY_UPDATED, after->item[new].path);
                else if (order < 0)
                        found(context,
                                is_there(&reach, before->item[old].path) ? INVENTORY_LEFT
                                                                         : INVENTORY_REMOVED,
                                before->item[old].path);
                old += gone;
                new += come;
        }
        reach_end(&reach);
}
