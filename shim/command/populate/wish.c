/* What chrootshim populate is asked to put into a jail, and how the manifest remembers it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/wish.h"

#include "command/memory.h"
#include "supply/manifest.h"
#include "view/path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = {[WISH_PROGRAM] = "program", [WISH_SERVICE] = "service"};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *wish_kind_name(enum wish_kind kind)
{
        return kinds[kind];
}

bool wishes_have(const struct wishes *wishes, const struct wish *wish)
{
        for (size_t i = 0; i < wishes->count; i++)
                if (wishes->item[i].kind == wish->kind &&
                        strcmp(wishes->item[i].name, wish->name) == 0)
                        return true;
        return false;
}

void wishes_add(struct wishes *wishes, enum wish_kind kind, const char *name)
{
        struct wish wish = {.kind = kind, .name = memory_copy(name)};

        if (wishes_have(wishes, &wish)) {
                free(wish.name);
                return;
        }
        wish.standing = memory_format(MANIFEST_STANDING "%s %s", kinds[kind], name);
        wishes->item = memory_grow(wishes->item, wishes->count + 1, sizeof(*wishes->item));
        wishes->item[wishes->count++] = wish;
}

void wishes_read(struct wishes *wishes, const char *standing)
{
        const size_t before = strlen(MANIFEST_STANDING);

        if (strncmp(standing, MANIFEST_STANDING, before) != 0)
                return;
        for (size_t kind = 0; kind < KINDS; kind++) {
                size_t length = strlen(kinds[kind]);

                if (strncmp(standing + before, kinds[kind], length) == 0 &&
                        standing[before + length] == ' ')
                        wishes_add(wishes, (enum wish_kind)kind, standing + before + length + 1);
        }
}

/* In the first directory of PATH that has it. */
static char *find(const char *program)
{
        char *all = memory_copy(getenv("PATH")), *rest = all, *directory;

        while ((directory = strsep(&rest, ":"))) {
                char *path = memory_format("%s/%s", directory, program);

                if (path[0] == '/' && access(path, X_OK) == 0) {
                        free(all);
                        return path;
                }
                free(path);
        }
        free(all);
        return NULL;
}

char *wish_program_path(const char *program, struct failure *ret_failure)
{
        char *path = strchr(program, '/') ? memory_copy(program) : find(program);

        if (!path) {
                failure_set(ret_failure, 0, program, "it is in no directory of PATH",
                        "install it, or give its path");
                return NULL;
        }
        if (path[0] == '/' && strlen(path) < PATH_MAX && path_tidy(path) && path[1])
                return path;
        failure_set(ret_failure, 0, program, "it is no absolute path without \"..\"",
                "give the path that it has outside");
        free(path);
        return NULL;
}
