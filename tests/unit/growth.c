/* Does for so many exposures what must not take the square of it; growth.py counts what it takes.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue_wants.h"
#include "supply/watch_table.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The manifest of the jail: is each thing in it still wanted? */
static int wants(int count)
{
        static struct wants wants;
        int root = open("/proc/self/task", O_PATH | O_DIRECTORY | O_CLOEXEC);
        char path[64];

        if (root < 0 || wants_begin(&wants, (size_t)count) < 0)
                return EXIT_FAILURE;
        for (int i = 0; i < count; i++) {
                snprintf(path, sizeof(path), "/srv/shared/%08d", i * 7919 % count);
                wants_add(&wants, root, MANIFEST_COPY, path);
        }
        for (int i = 0; i < count; i++) {
                snprintf(path, sizeof(path), "/srv/shared/%08d", i);
                if (!wants_have(&wants, MANIFEST_FILE, path))
                        return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}

/* Files of one directory are watched, and then each of them changes. */
static int watches(int count)
{
        unsigned char *looks = calloc((size_t)count, 1);
        struct watch_table *table = NULL;
        char name[16];

        if (!looks || watch_table_begin(&table) < 0)
                return EXIT_FAILURE;
        for (int i = 0; i < count; i++) {
                snprintf(name, sizeof(name), "%08d", i);
                watch_table_note(table, 1, "srv", (size_t)i, false);
                watch_table_note(table, 2, name, (size_t)i, false);
        }
        for (int i = 0; i < count; i++) {
                snprintf(name, sizeof(name), "%08d", i);
                watch_table_look(table, 2, name, looks);
        }
        return memchr(looks, 0, (size_t)count) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
        int count = argc == 3 ? atoi(argv[2]) : 0;

        return strcmp(count > 0 ? argv[1] : "", "wants") == 0 ? wants(count) : watches(count);
}
