/* Fuzz target of the manifest's reader: what it believes leads nowhere else, and is read back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/manifest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* Absolute, and each component is a name. */
static void check_path(const char *path)
{
        char copy[PATH_MAX], *rest = copy, *name;

        check(path[0] == '/' && strlen(path) < PATH_MAX);
        strcpy(copy, path + 1);
        while ((name = strsep(&rest, "/")))
                check(name[0] && strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
}

static void check_line(const struct manifest_line *line)
{
        char text[MANIFEST_LINE_SIZE];
        struct manifest_line again;
        size_t length;

        if (line->kind != MANIFEST_SERVER)
                check_path(line->path);
        length = manifest_format(text, line->kind, &line->identity, line->path);
        if (length == 0)
                return;
        check(text[length - 1] == '\n' && !memchr(text, '\n', length - 1));
        check(manifest_parse(text, length - 1, &again));
        check(again.kind == line->kind && strcmp(again.path, line->path) == 0 &&
                manifest_same(&again.identity, &line->identity));
}

/* In memory of the exact size, so that AddressSanitizer guards its end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = malloc(size + (size == 0));
        struct manifest_line line;

        memcpy(text, data, size);
        if (manifest_parse(text, size, &line))
                check_line(&line);
        manifest_length_then(text, size);
        free(text);
        return 0;
}
