/* Finds the place of a path: in the jail, where it is made if need be, or outside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/place_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int place_find(int root, int manifest, const char *path, struct place *ret_place,
        struct failure *ret_failure)
{
        struct place_walk walk = {.place = ret_place,
                .failure = ret_failure,
                .asked = path,
                .inside = true,
                .makes = true};

        ret_place->foreign = false;
        ret_place->manifest = manifest;
        if (manifest == -EBUSY)
                return manifest;
        return place_walk(&walk, root);
}

int place_trace(int root, const char *path, struct place *ret_place, struct failure *ret_failure)
{
        struct place_walk walk = {
                .place = ret_place, .failure = ret_failure, .asked = path, .inside = true};
        int error;

        ret_place->foreign = false;
        error = place_walk(&walk, root);
        if (error == 0)
                kernel_close(ret_place->directory);
        return error == -ENOENT ? 0 : error;
}

/* Return: 0 with the descriptor in place.directory, or a negative error number. */
static int walk_outside(struct place_walk *walk)
{
        CLOSED_AT_END int root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

        walk->place->foreign = false;
        if (root < 0)
                return failure_set(walk->failure, root, "/", "it cannot be opened", NULL);
        return place_walk(walk, root);
}

int place_open(
        const char *path, bool optional, struct identity *ret_link, struct failure *ret_failure)
{
        struct place place;
        struct place_walk walk = {.place = &place,
                .failure = ret_failure,
                .asked = path,
                .hastens = true,
                .who = geteuid()};
        int fd = place_open_without_links(path), error;

        if (fd < 0 && !(optional && fd == -ENOENT)) {
                error = walk_outside(&walk);
                fd = error < 0 ? error : place.directory;
        }
        if (ret_link)
                *ret_link = walk.link;
        return fd;
}

int place_visit(const char *path, void (*visit)(void *context, int directory, const char *name),
        void *context, struct failure *ret_failure)
{
        struct place place;
        struct place_walk walk = {.place = &place,
                .failure = ret_failure,
                .asked = path,
                .visit = visit,
                .context = context,
                .who = geteuid()};
        int error = walk_outside(&walk);

        return error < 0 ? error : place.directory;
}

int place_is_foreign(const char *path, struct failure *ret_failure)
{
        struct place place;
        struct place_walk walk = {
                .place = &place, .failure = ret_failure, .asked = path, .who = geteuid()};
        int error = walk_outside(&walk);

        if (error == 0)
                kernel_close(place.directory);
        if (place.foreign)
                return 1;
        return error < 0 ? error : 0;
}
