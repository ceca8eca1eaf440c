/* Tests of shim/supply/patterns: what wildcards match, and what stays as it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/patterns.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct jail jail;

static int make(void **state)
{
        int error;

        path_prefixes_set(&jail.prefixes, "/srv/www1", "/srv/www1");
        error = temporary_make(state);
        mkdir(temporary_path("v3.1"), 0755);
        mkdir(temporary_path("v3.2"), 0755);
        mkdir(temporary_path("v4"), 0755);
        mkdir(temporary_path("v3.1/lib"), 0755);
        temporary_write("v3.1/a.so", "");
        temporary_write("v3.2/a.so", "");
        temporary_write("v3.2/.hidden.so", "");
        temporary_write("v4/b.so,writable", "");
        temporary_write("v4/[x]", "");
        return error;
}

static int end(void **state)
{
        char command[512];

        snprintf(command, sizeof(command), "rm -r '%s'/*", temporary_path(""));
        assert_int_equal(system(command), 0);
        return temporary_remove(state);
}

/* What the pattern below the temporary directory becomes: names behind it, one a line. */
static const char *expand(const char *pattern, struct failure *failure)
{
        static char told[65536];
        struct exposures exposures = {0};
        size_t skip = strlen(temporary_path(""));

        *failure = (struct failure){0};
        told[0] = '\0';
        assert_int_equal(
                exposures_add(&exposures, &jail, temporary_path(pattern), "origin", failure), 0);
        if (patterns_expand(&exposures, &jail, ISOLATION_NAMESPACE, failure) == 0) {
                for (size_t i = 0; i < exposures.count; i++) {
                        const struct exposure *exposure = &exposures.item[i];

                        assert_string_equal(exposure->service, "origin");
                        assert_int_equal(exposure->options, EXPOSURE_OPTIONAL);
                        strcat(strcat(told, exposure->source + skip), "\n");
                }
        }
        for (size_t i = 0; i < exposures.count; i++)
                free(exposures.item[i].source);
        free(exposures.item);
        return told;
}

static void what_matches(void **state)
{
        static const char *const cases[][2] = {
                {"v3.*,optional", "v3.1\nv3.2\n"},
                {"v?,optional", "v4\n"},
                {"v[34]*/*.so,optional", "v3.1/a.so\nv3.2/a.so\n"},
                {"*/lib,optional", "v3.1/lib\n"},
                {"v4/*,optional", "v4/[x]\n"},
                /* What is there, or matches nothing. */
                {"v4/[x],optional", "v4/[x]\n"},
                {"v3.1,optional", "v3.1\n"},
                {"v5*,optional", "v5*\n"},
                {"v5/*/x,optional", "v5/*/x\n"},
                {"v3.1/a.so/*,optional", "v3.1/a.so/*\n"},
        };
        struct failure failure;

        for (size_t i = 0; i < COUNT(cases); i++)
                assert_string_equal(expand(cases[i][0], &failure), cases[i][1]);
}

static void too_much(void **state)
{
        struct failure failure;
        char name[64];

        mkdir(temporary_path("many"), 0755);
        for (int i = 0; i < 1001; i++) {
                snprintf(name, sizeof(name), "many/%d", i);
                temporary_write(name, "");
        }
        expand("many/*,optional", &failure);
        if (!strstr(said(&failure), "matches more than 1000 paths"))
                fail_msg("\"%s\"", said(&failure));
}

static void what_is_a_pattern(void **state)
{
        assert_true(pattern_is("/a*"));
        assert_true(pattern_is("/a?"));
        assert_true(pattern_is("/[a]"));
        assert_false(pattern_is("/a"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_matches),
                cmocka_unit_test(too_much),
                cmocka_unit_test(what_is_a_pattern),
        };

        return cmocka_run_group_tests(tests, make, end);
}
