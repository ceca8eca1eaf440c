/* Tests of shim/view/path: each row of the contract's table of paths, and the odd ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "view/path.h"

#include <stdio.h>
#include <string.h>

static struct path_prefixes one_prefix(void)
{
        struct path_prefixes prefixes;

        path_prefixes_set(&prefixes, "/srv/www1", "/srv/www1");
        return prefixes;
}

static void inside_view(void **state)
{
        static const struct {
                const char *path, *inside;
        } cases[] = {
                {"/srv/www1/htdocs/a", "/htdocs/a"},
                {"/srv/www1", "/"},
                {"/srv/www1/", "/"},
                {"/srv/www1//", "/"},
                {"/srv/www1/.", "/"},
                {"/srv/www10/a", "/srv/www10/a"},
                {"/srv/www", "/srv/www"},
                {"//srv/./www1//htdocs", "/htdocs"},
                {"/srv/www1/../www1/a", "/a"},
                {"/srv/../srv/www1/a", "/a"},
                {"/../srv/www1/a", "/a"},
                {"/srv/x/../www1/a", "/srv/x/../www1/a"},
                {"/htdocs/a", "/htdocs/a"},
                {"htdocs/a", "htdocs/a"},
                {"srv/www1/a", "srv/www1/a"},
                {"", ""},
                {"/", "/"},
                {"/srv", "/srv"},
                {"/srv/www1/..", "/srv/www1/.."},
                {"/srv/www1/../etc", "/srv/www1/../etc"},
                {"/srv/www1/a/../../etc", "/a/../../etc"},
                {"/srv/www1/srv/www1/x", "/srv/www1/x"},
                {"/srv/www1/a/", "/a/"},
                {"/srv/www1/a//./b", "/a//./b"},
                {"/srv/www1/.htaccess", "/.htaccess"},
                {"/srv/www1/..a", "/..a"},
                {"/srv/www1/...", "/..."},
                {"/srv/www1/./.htaccess", "/.htaccess"},
                {"/srv/www1/\xff\xfe", "/\xff\xfe"},
        };
        struct path_prefixes prefixes = one_prefix();

        for (size_t i = 0; i < COUNT(cases); i++)
                assert_string_equal(path_inside(&prefixes, cases[i].path), cases[i].inside);
        assert_null(path_inside(&prefixes, NULL));
}

static void points_into_the_callers_string(void **state)
{
        struct path_prefixes prefixes = one_prefix();
        const char *below = "/srv/www1/./a", *elsewhere = "/etc/passwd";

        assert_ptr_equal(path_inside(&prefixes, below), below + strlen("/srv/www1/."));
        assert_ptr_equal(path_inside(&prefixes, elsewhere), elsewhere);
}

static void relations(void **state)
{
        static const struct {
                const char *path;
                enum path_relation relation;
        } cases[] = {
                {"/srv", PATH_ANCESTOR},
                {"/srv/", PATH_ANCESTOR},
                {"//srv/.", PATH_ANCESTOR},
                {"/srv/www1/..", PATH_ANCESTOR},
                {"/", PATH_ELSEWHERE},
                {"/srv/www1", PATH_BELOW},
                {"/srv/www1/a", PATH_BELOW},
                {"/srv/www10", PATH_ELSEWHERE},
                {"/srv/x", PATH_ELSEWHERE},
                {"srv", PATH_ELSEWHERE},
                {"", PATH_ELSEWHERE},
        };
        struct path_prefixes prefixes = one_prefix();

        for (size_t i = 0; i < COUNT(cases); i++)
                assert_int_equal(path_relate(&prefixes, cases[i].path), cases[i].relation);
}

/* /srv/link is a symbolic link to /data: only "srv" may be undone by "..". */
static void prefix_through_a_link(void **state)
{
        static const struct {
                const char *path, *inside;
        } cases[] = {
                {"/srv/link/www1/a", "/a"},
                {"/data/www1/a", "/a"},
                {"/data/../data/www1/a", "/a"},
                {"/srv/../srv/link/www1/a", "/srv/../srv/link/www1/a"},
                {"/srv/link/../link/www1/a", "/srv/link/../link/www1/a"},
                {"/srv/link/www1/../www1/a", "/srv/link/www1/../www1/a"},
        };
        struct path_prefixes prefixes;

        path_prefixes_set(&prefixes, "/srv/link/www1", "/data/www1");
        assert_int_equal(prefixes.count, 2);
        for (size_t i = 0; i < COUNT(cases); i++)
                assert_string_equal(path_inside(&prefixes, cases[i].path), cases[i].inside);

        path_prefixes_set(&prefixes, "/srv/link/www1", "/srv/data/www1");
        assert_string_equal(path_inside(&prefixes, "/srv/../srv/link/www1/a"), "/a");
        assert_string_equal(path_inside(&prefixes, "/srv/link/../a"), "/srv/link/../a");
}

static void expect_ancestor(const struct path_prefixes *prefixes, const char *path)
{
        size_t length = 0;
        const char *ancestor = path_ancestor(prefixes, path, &length);

        assert_non_null(ancestor);
        assert_int_equal(length, strlen("/srv"));
        assert_memory_equal(ancestor, "/srv", length);
}

static void ancestors_are_spelt_tidily(void **state)
{
        struct path_prefixes prefixes = one_prefix();
        size_t length = 7;

        assert_null(path_ancestor(&prefixes, "/srv/www1", &length));
        assert_null(path_ancestor(&prefixes, "/", &length));
        assert_int_equal(length, 7);
        expect_ancestor(&prefixes, "//srv/.");
        expect_ancestor(&prefixes, "/srv/www1/..");
}

static void the_jail_and_its_ancestors_are_matched(void **state)
{
        struct path_prefixes prefixes = one_prefix();
        const struct path_prefix *prefix = &prefixes.item[0];

        assert_int_equal(path_matched(prefix, "/srv/www1"), strlen("/srv/www1"));
        assert_int_equal(path_matched(prefix, "//srv/./www1/."), strlen("/srv/www1"));
        assert_int_equal(path_matched(prefix, "/srv"), strlen("/srv"));
        assert_int_equal(path_matched(prefix, "/srv/www1/a"), 0);
        assert_int_equal(path_matched(prefix, "/srv/www1/../www1/a"), 0);
        assert_int_equal(path_matched(prefix, "/srv/www10"), 0);
        assert_int_equal(path_matched(prefix, "/"), 0);
        assert_int_equal(path_matched(prefix, "srv"), 0);
}

static void ends_in_directories(void **state)
{
        assert_true(path_ends_in_directory("/srv/"));
        assert_true(path_ends_in_directory("/srv/."));
        assert_true(path_ends_in_directory("/srv/.."));
        assert_true(path_ends_in_directory("."));
        assert_false(path_ends_in_directory("/srv"));
        assert_false(path_ends_in_directory("/srv/.a"));
        assert_false(path_ends_in_directory("/srv/a."));
        assert_false(path_ends_in_directory("/srv/..."));
}

static void aliases(void **state)
{
        static char more[PATH_PREFIXES][16];
        struct path_prefixes prefixes = one_prefix();

        assert_true(path_prefixes_add(&prefixes, "/var/www", "/var/www"));
        assert_true(path_prefixes_add(&prefixes, "/old/name", NULL));
        assert_string_equal(path_inside(&prefixes, "/var/www/a"), "/a");
        assert_string_equal(path_inside(&prefixes, "/var/../var/www/a"), "/a");
        assert_string_equal(path_inside(&prefixes, "/old/name/a"), "/a");
        /* Nothing is known of a name that is not there: "old" may become a link. */
        assert_string_equal(path_inside(&prefixes, "/old/../old/name/a"), "/old/../old/name/a");
        assert_string_equal(path_inside(&prefixes, "/srv/www1/a"), "/a");
        assert_int_equal(path_relate(&prefixes, "/var"), PATH_ANCESTOR);
        for (unsigned count = prefixes.count; count < PATH_PREFIXES; count++) {
                snprintf(more[count], sizeof(more[count]), "/more%u", count);
                assert_true(path_prefixes_add(&prefixes, more[count], NULL));
                assert_true(path_prefixes_add(&prefixes, more[count], NULL));
                assert_int_equal(prefixes.count, count + 1);
        }
        assert_false(path_prefixes_add(&prefixes, "/one/more", NULL));
}

static void no_prefix_translates_nothing(void **state)
{
        struct path_prefixes none = {.count = 0};

        assert_string_equal(path_inside(&none, "/srv/www1/a"), "/srv/www1/a");
        assert_int_equal(path_relate(&none, "/srv"), PATH_ELSEWHERE);
}

static void outside_view(void **state)
{
        struct path_prefixes prefixes = one_prefix();
        char buffer[16] = "/htdocs";

        memset(buffer + 8, 'x', 8);
        assert_false(path_outside(&prefixes.item[0], buffer, 16));
        assert_string_equal(buffer, "/htdocs");

        strcpy(buffer, "/abcde");
        assert_true(path_outside(&prefixes.item[0], buffer, 16));
        assert_string_equal(buffer, "/srv/www1/abcde");

        strcpy(buffer, "/");
        assert_false(path_outside(&prefixes.item[0], buffer, 9));
        assert_true(path_outside(&prefixes.item[0], buffer, 10));
        assert_string_equal(buffer, "/srv/www1");
}

static void tidy(void **state)
{
        static const struct {
                const char *path, *tidy;
                bool plain;
        } cases[] = {
                {"/srv/www1", "/srv/www1", true},
                {"//srv//./www1///", "/srv/www1", true},
                {"/.", "/", true},
                {"/", "/", true},
                {"/srv/../www1/", "/srv/../www1", false},
                {"/..a/.b", "/..a/.b", true},
        };
        char buffer[64];

        for (size_t i = 0; i < COUNT(cases); i++) {
                strcpy(buffer, cases[i].path);
                assert_int_equal(path_tidy(buffer), cases[i].plain);
                assert_string_equal(buffer, cases[i].tidy);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(inside_view),
                cmocka_unit_test(points_into_the_callers_string),
                cmocka_unit_test(relations),
                cmocka_unit_test(prefix_through_a_link),
                cmocka_unit_test(ancestors_are_spelt_tidily),
                cmocka_unit_test(the_jail_and_its_ancestors_are_matched),
                cmocka_unit_test(ends_in_directories),
                cmocka_unit_test(aliases),
                cmocka_unit_test(no_prefix_translates_nothing),
                cmocka_unit_test(outside_view),
                cmocka_unit_test(tidy),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
