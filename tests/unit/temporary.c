/* A temporary directory for tests that need real files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "temporary.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[64];

int temporary_make(void **state)
{
        strcpy(directory, "/tmp/chrootshim-unit-XXXXXX");
        return mkdtemp(directory) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
        return remove(path);
}

int temporary_remove(void **state)
{
        return nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *temporary_path(const char *name)
{
        static char paths[16][512];
        static unsigned next;
        char *path = paths[next++ % 16];

        snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
        return path;
}

const char *temporary_write(const char *name, const char *text)
{
        const char *path = temporary_path(name);
        FILE *file = fopen(path, "w");

        if (!file || fputs(text, file) < 0 || fclose(file) != 0)
                abort();
        return path;
}
