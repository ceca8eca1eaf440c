/* Property test of shim/view/path: a million random paths against a plain model of resolution. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "view/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPONENTS 24
#define CASES 1000000

/*
 * The model walks the way a kernel does, with a stack of names, over a file system of which it
 * knows one thing: the first @real_depth components of the prefix are directories, no links.
 * Where anything else decides, it knows nothing.
 */
struct model {
        const char *prefix[COMPONENTS];
        unsigned depth, real_depth;
};

struct model_answer {
        enum path_relation relation;
        /* For PATH_BELOW: where the tail begins, or -1 for the jail itself. */
        long tail;
};

static struct model_answer model_walk(const struct model *model, const char *path)
{
        const struct model_answer unknown = {PATH_ELSEWHERE, -1};
        char copy[512], *rest = copy, *name;
        unsigned height = 0;

        if (path[0] != '/')
                return unknown;
        strcpy(copy, path);
        while ((name = strsep(&rest, "/"))) {
                if (strcmp(name, "") == 0 || strcmp(name, ".") == 0)
                        continue;
                if (strcmp(name, "..") == 0) {
                        if (height > model->real_depth)
                                return unknown;
                        height -= height > 0;
                } else if (height == model->depth) {
                        return (struct model_answer){PATH_BELOW, name - copy - 1};
                } else if (strcmp(name, model->prefix[height]) == 0) {
                        height++;
                } else {
                        return unknown;
                }
        }
        if (height == model->depth)
                return (struct model_answer){PATH_BELOW, -1};
        return (struct model_answer){height ? PATH_ANCESTOR : PATH_ELSEWHERE, -1};
}

static const char *pick(unsigned *seed, const char *const *from, size_t count)
{
        return from[(size_t)rand_r(seed) % count];
}

static void random_path(unsigned *seed, char *path)
{
        static const char *const names[] = {
                "srv", "srv", "www1", "www1", "www10", "www", "a", ".", "..", "", "...", ".a"};
        static const char *const slashes[] = {"/", "/", "/", "//", "/./"};
        int count = rand_r(seed) % 9;

        path[0] = '\0';
        if (rand_r(seed) % 16 == 0)
                strcat(path, pick(seed, names, COUNT(names)));
        for (int i = 0; i < count; i++) {
                strcat(path, pick(seed, slashes, COUNT(slashes)));
                strcat(path, pick(seed, names, COUNT(names)));
        }
}

static void check(const struct path_prefixes *prefixes, const struct model *model, const char *path)
{
        struct model_answer expected = model_walk(model, path);
        const char *inside = path_inside(prefixes, path);
        const char *wanted = path;

        if (expected.relation == PATH_BELOW)
                wanted = expected.tail < 0 ? "/" : path + expected.tail;
        if (strcmp(inside, wanted) != 0)
                fail_msg("path_inside(\"%s\") is \"%s\", not \"%s\"", path, inside, wanted);
        if (path_relate(prefixes, path) != expected.relation)
                fail_msg("path_relate(\"%s\") is %d, not %d", path, path_relate(prefixes, path),
                        expected.relation);
        if (inside != path && strcmp(inside, "/") != 0)
                assert_ptr_equal(inside, path + expected.tail);
}

static void agrees_with_the_model(unsigned real_depth)
{
        struct path_prefixes prefixes;
        struct model model = {.prefix = {"srv", "www1"}, .depth = 2, .real_depth = real_depth};
        unsigned seed = 1 + real_depth;
        char path[256];

        path_prefixes_set(&prefixes, "/srv/www1", "/srv/www1");
        prefixes.item[0].real_depth = real_depth;
        for (int i = 0; i < CASES / 2; i++) {
                random_path(&seed, path);
                check(&prefixes, &model, path);
        }
}

static void real_prefix(void **state)
{
        agrees_with_the_model(2);
}

static void linked_prefix(void **state)
{
        agrees_with_the_model(1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(real_prefix),
                cmocka_unit_test(linked_prefix),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
