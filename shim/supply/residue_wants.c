/* What the servers of a jail want to have in it, by the paths that this comes to there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue_wants.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Only what is used of it is ever taken. */
int wants_begin(struct wants *wants, size_t most)
{
        size_t size = (most + 1) * (sizeof(*wants->item) + PATH_MAX + 1);
        void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (memory == MAP_FAILED)
                return -ENOMEM;
        wants->item = memory;
        wants->count = wants->last = 0;
        wants->size = size;
        wants->next = (char *)memory + (most + 1) * sizeof(*wants->item);
        return 0;
}

void wants_end(struct wants *wants)
{
        munmap(wants->item, wants->size);
}

/* What leads nowhere now, nothing can be brought to either. */
void wants_add(struct wants *wants, int root, enum manifest_kind kind, const char *target)
{
        int error = place_trace(root, target, &wants->place, &wants->failure);
        const char *path = error < 0 ? target : wants->place.path;
        size_t size = strlen(path) + 1;

        memcpy(wants->next, path, size);
        wants->item[wants->count++] = (struct want){wants->next, kind};
        wants->next += size;
}

bool path_is_below(const char *path, const char *top)
{
        size_t length = strlen(top);

        return strncmp(path, top, length) == 0 && path[length] == '/';
}

/* What is mounted takes the place of nothing but an empty file or directory. */
static bool is_wanted_by(const struct want *want, enum manifest_kind kind, const char *path)
{
        bool copied = want->kind == MANIFEST_COPY;

        if (strcmp(path, want->path) == 0)
                return copied || kind == MANIFEST_DIRECTORY || kind == MANIFEST_POINT;
        return path_is_below(path, want->path) ? copied : path_is_below(want->path, path);
}

bool wants_have(struct wants *wants, enum manifest_kind kind, const char *path)
{
        if (wants->last < wants->count && is_wanted_by(&wants->item[wants->last], kind, path))
                return true;
        for (size_t i = 0; i < wants->count; i++)
                if (is_wanted_by(&wants->item[i], kind, path)) {
                        wants->last = i;
                        return true;
                }
        return false;
}

bool wants_have_below(const struct wants *wants, const char *top, const char *path)
{
        for (size_t i = 0; i < wants->count; i++) {
                const char *want = wants->item[i].path;

                if (path_is_below(want, top) &&
                        (strcmp(want, path) == 0 || path_is_below(path, want) ||
                                path_is_below(want, path)))
                        return true;
        }
        return false;
}
