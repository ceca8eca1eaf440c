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
        wants->count = 0;
        wants->sorted = true;
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
        wants->sorted = false;
}

/* Of two that are below @parent, let the greater one come up, as far as @parent belongs below it.
 */
static void sift(struct want *item, size_t parent, size_t count)
{
        size_t child;

        for (; (child = 2 * parent + 1) < count; parent = child) {
                struct want lower = item[parent];

                if (child + 1 < count && strcmp(item[child].path, item[child + 1].path) < 0)
                        child++;
                if (strcmp(item[child].path, lower.path) <= 0)
                        return;
                item[parent] = item[child];
                item[child] = lower;
        }
}

/* A heap sort: qsort() may allocate. */
static void sort(struct wants *wants)
{
        size_t count = wants->count;

        for (size_t i = count / 2; i-- > 0;)
                sift(wants->item, i, count);
        for (; count > 1; count--) {
                struct want last = wants->item[count - 1];

                wants->item[count - 1] = wants->item[0];
                wants->item[0] = last;
                sift(wants->item, 0, count - 1);
        }
        wants->sorted = true;
}

/* As strcmp(), but of the beginning of @path with @end behind it: 0 is the end, a slash what is
 * below. */
static int compare(const char *path, const char *beginning, size_t length, char end)
{
        int order = strncmp(path, beginning, length);

        return order ? order : (unsigned char)path[length] - (unsigned char)end;
}

/* The first that begins so, or NULL. */
static const struct want *find(struct wants *wants, const char *beginning, size_t length, char end)
{
        size_t low = 0, high = wants->count;

        if (!wants->sorted)
                sort(wants);
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare(wants->item[middle].path, beginning, length, end) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < wants->count && compare(wants->item[low].path, beginning, length, end) == 0
                       ? &wants->item[low]
                       : NULL;
}

/* Is the path of @length bytes that @path begins with to be a copy? */
static bool is_copied(struct wants *wants, const char *path, size_t length)
{
        const struct want *want = find(wants, path, length, '\0');

        for (; want && want < wants->item + wants->count &&
                compare(want->path, path, length, '\0') == 0;
                want++)
                if (want->kind == MANIFEST_COPY)
                        return true;
        return false;
}

bool path_is_below(const char *path, const char *top)
{
        size_t length = strlen(top);

        return strncmp(path, top, length) == 0 && path[length] == '/';
}

/* What is mounted takes the place of nothing but an empty file or directory. */
bool wants_have(struct wants *wants, enum manifest_kind kind, const char *path)
{
        bool is_place = kind == MANIFEST_DIRECTORY || kind == MANIFEST_POINT;
        size_t length = 0;

        while (path[length]) {
                length += strcspn(path + length + 1, "/") + 1;
                if (is_copied(wants, path, length))
                        return true;
        }
        return (is_place && find(wants, path, length, '\0')) || find(wants, path, length, '/');
}

bool wants_have_below(struct wants *wants, const char *top, const char *path)
{
        size_t length = strlen(top);

        while (path[length]) {
                length += strcspn(path + length + 1, "/") + 1;
                if (find(wants, path, length, '\0'))
                        return true;
        }
        return find(wants, path, length, '/');
}
