/* Fuzz target of path translation: no input reads outside of itself, and all invariants hold. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/path.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static void check_inside(const struct path_prefixes *prefixes, const char *path, size_t length)
{
        const char *inside = path_inside(prefixes, path);
        enum path_relation relation = path_relate(prefixes, path);
        bool tail = inside >= path && inside <= path + length;

        check(tail || strcmp(inside, "/") == 0);
        check(inside == path || *inside == '/');
        if (inside != path)
                check(relation == PATH_BELOW);
        if (relation == PATH_BELOW && length > prefixes->item[0].length)
                check(inside != path || strcmp(path, "/") == 0);
}

/* One byte short of what the outside view needs: nothing is changed. */
static void check_does_not_fit(const struct path_prefix *prefix, const char *path, size_t size)
{
        size_t length = strlen(path);
        char *exact = malloc(size);

        memcpy(exact, path, length + 1);
        check(!path_outside(prefix, exact, size));
        check(strlen(exact) == length && memcmp(exact, path, length) == 0);
        free(exact);
}

static void check_outside(const struct path_prefixes *prefixes, const char *path, size_t length)
{
        size_t size = length + prefixes->item[0].length + 1;
        char *buffer = malloc(size);

        if (path[0] == '/') {
                memcpy(buffer, path, length + 1);
                check_does_not_fit(&prefixes->item[0], buffer, size - 1 - (length == 1));
                check(path_outside(&prefixes->item[0], buffer, size));
                check(path_relate(prefixes, buffer) != PATH_ELSEWHERE || strstr(path, ".."));
                if (length > 1 && !strstr(path, "..") && path[1] != '/' && path[1] != '.')
                        check(strcmp(path_inside(prefixes, buffer), path) == 0);
        }
        free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const spellings[][2] = {
                {"/srv/www1", "/srv/www1"}, {"/s", "/s"}, {"/srv/link/www1", "/data/www1"}};
        char *path = malloc(size + 1);
        size_t length;

        memcpy(path, data, size);
        path[size] = '\0';
        length = strlen(path);
        for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
                struct path_prefixes prefixes;

                path_prefixes_set(&prefixes, spellings[i][0], spellings[i][1]);
                check_inside(&prefixes, path, length);
                check_outside(&prefixes, path, length);
        }
        if (path[0] == '/') {
                path_tidy(path);
                check(strlen(path) <= length && path[0] == '/' && !strstr(path, "//"));
        }
        free(path);
        return 0;
}
