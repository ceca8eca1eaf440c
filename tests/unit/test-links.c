/* Tests of shim/view/links: what is found, and what another program reads of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "view/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "/var/www" is a link to "/srv", and the jail is "/srv/www1". */
static struct path_links some_links(struct path_prefixes *ret_prefixes)
{
        struct path_links links = {0};

        path_prefixes_set(ret_prefixes, "/var/www/www1", "/srv/www1");
        assert_true(path_links_add(&links, "/var/www", "/srv", "/srv"));
        assert_true(path_links_add(&links, "/var/www/www1", NULL, "/srv/www1"));
        return links;
}

static void expect_text(const struct path_links *links, const struct path_prefixes *prefixes,
        const char *path, const char *text)
{
        const struct path_link *link = path_links_find(links, prefixes, path);

        assert_non_null(link);
        assert_string_equal(link->text, text);
}

static void links_are_found_by_any_spelling(void **state)
{
        struct path_prefixes prefixes;
        struct path_links links = some_links(&prefixes);

        expect_text(&links, &prefixes, "/var/www", "/srv");
        expect_text(&links, &prefixes, "//var/.//www/", "/srv");
        assert_null(path_links_find(&links, &prefixes, "/var/www/www1")->text);
        assert_null(path_links_find(&links, &prefixes, "/var"));
        assert_null(path_links_find(&links, &prefixes, "/srv"));
        assert_null(path_links_find(&links, &prefixes, "/srv/www1"));
        assert_null(path_links_find(&links, &prefixes, "/var/www/www1/a"));
        assert_null(path_links_find(&links, &prefixes, "/var/www2"));
        path_links_free(&links);
}

static void the_first_record_of_a_path_stays(void **state)
{
        struct path_prefixes prefixes;
        struct path_links links = some_links(&prefixes);

        assert_true(path_links_add(&links, "/var/www", "elsewhere", "/elsewhere"));
        assert_int_equal(links.count, 2);
        expect_text(&links, &prefixes, "/var/www", "/srv");
        path_links_free(&links);
}

static void another_program_reads_what_is_written(void **state)
{
        struct path_prefixes prefixes;
        struct path_links links = some_links(&prefixes), read = {0};
        char *text;

        assert_true(path_links_add(&links, "/a:9\n/ ", "7:\"x,", "/1:2"));
        text = path_links_write(&links);
        assert_non_null(text);
        assert_int_equal(path_links_read(&read, text), 0);
        assert_int_equal(read.count, links.count);
        for (size_t i = 0; i < links.count; i++) {
                assert_string_equal(read.item[i].path, links.item[i].path);
                assert_string_equal(read.item[i].real, links.item[i].real);
                assert_int_equal(!read.item[i].text, !links.item[i].text);
                if (links.item[i].text)
                        assert_string_equal(read.item[i].text, links.item[i].text);
        }
        free(text);
        path_links_free(&links);
        path_links_free(&read);
}

static void nonsense_is_refused(void **state)
{
        static const char *const texts[] = {"x", "1", "1:", "1:/", "1:/0:", "1:/0:5:/a", "-1:/",
                " 1:/0:1:/", "1:a0:1:/", "1:/0:1:a", "99999999999999999999999:/", "1:/0:1:/x",
                "0:0:0:"};

        for (size_t i = 0; i < COUNT(texts); i++) {
                struct path_links links = {0};

                assert_int_equal(path_links_read(&links, texts[i]), -EINVAL);
                path_links_free(&links);
        }
}

static void none_is_written_as_nothing(void **state)
{
        struct path_links links = {0};
        char *text = path_links_write(&links);

        assert_string_equal(text, "");
        assert_int_equal(path_links_read(&links, text), 0);
        assert_int_equal(links.count, 0);
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(links_are_found_by_any_spelling),
                cmocka_unit_test(the_first_record_of_a_path_stays),
                cmocka_unit_test(another_program_reads_what_is_written),
                cmocka_unit_test(nonsense_is_refused),
                cmocka_unit_test(none_is_written_as_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
