/* Tests of shim/system/failure and text: how a failure reads, whatever is in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/failure.h"
#include "system/text.h"
#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static void parts_stand_side_by_side(void **state)
{
        struct failure failure = {.path = "left", .setting = "over"};

        assert_int_equal(failure_set(&failure, 0, NULL, "it is full", NULL), -EINVAL);
        assert_string_equal(said(&failure), "it is full");
        assert_int_equal(failure_set(&failure, -ENOENT, "/a", NULL, "make it"), -ENOENT);
        assert_string_equal(said(&failure), "/a: No such file or directory: make it");
        failure_set(&failure, 0, "/a", "it is full", NULL);
        assert_string_equal(said(&failure), "/a is full");
        failure_set(&failure, -ENOENT, "/a", NULL, "make it");
        failure_reason(&failure, "%s is %d, %u or %o%%", "it", -1, 4294967295U, 493U);
        failure_remedy(&failure, "chown root %s", "/a");
        failure.jail = "/srv/www1";
        failure.setting = "services";
        failure.service = "dns";
        assert_string_equal(said(&failure),
                "jail /srv/www1: services: dns: /a is -1, 4294967295 or 755%: "
                "No such file or directory: chown root /a");
        failure.file = "/etc/a.conf";
        failure.line = 7;
        assert_memory_equal(said(&failure), "jail /srv/www1: /etc/a.conf:7: services: dns: ", 46);
        failure.file = NULL;
        failure.variable = "CHROOTSHIM_SERVICES";
        assert_memory_equal(said(&failure), "jail /srv/www1: CHROOTSHIM_SERVICES: dns: ", 42);
}

/* Where the error itself tells what helps, nothing else is advised. */
static void the_remedy_fits_the_error(void **state)
{
        static const struct {
                int error;
                const char *remedy;
        } cases[] = {{-EMFILE, "ulimit -n"}, {-ENFILE, "ulimit -n"}, {-ENOMEM, "memory"}};
        struct failure failure;

        for (size_t i = 0; i < COUNT(cases); i++) {
                assert_int_equal(
                        failure_set(&failure, cases[i].error, "/a", NULL, "make the directory"),
                        cases[i].error);
                failure_remedy(&failure, "make the %s", "directory");
                assert_non_null(strstr(failure.remedy, cases[i].remedy));
                assert_null(strstr(said(&failure), "make the directory"));
        }
        failure_set(&failure, -ENOSYS, "/a", NULL, NULL);
        assert_non_null(strstr(said(&failure), "RestrictSUIDSGID="));
        failure_set(&failure, -ENOENT, "/a", NULL, "make the directory");
        assert_non_null(strstr(said(&failure), "make the directory"));
}

static void what_is_long_loses_its_middle(void **state)
{
        struct failure failure;
        char path[5000], text[FAILURE_TEXT_SIZE];

        memset(path, 'x', sizeof(path) - 1);
        path[0] = '/';
        strcpy(path + sizeof(path) - 5, "/end");
        failure_set(&failure, -ENOENT, path, NULL, "make it");
        failure_reason(&failure, "\"%s\" is none", path);
        assert_memory_equal(said(&failure), "/xxx", 4);
        assert_non_null(strstr(failure.path, "xxx...xxx"));
        assert_string_equal(failure.path + strlen(failure.path) - 5, "x/end");
        assert_non_null(strstr(failure.reason, "xxx...xxx"));
        assert_string_equal(failure.reason + strlen(failure.reason) - 14, "x/end\" is none");
        assert_non_null(strstr(said(&failure), ": make it"));
        assert_true(strlen(failure_text(&failure, text, 20)) == 19);
        assert_string_equal(text + 16, "...");
}

static void lists(void **state)
{
        char buffer[64];
        struct text text = text_in(buffer, sizeof(buffer));

        for (size_t i = 0; i < 3; i++)
                text_add_item(&text, &"abc"[i], i, 3, "or");
        assert_string_equal(buffer, "abc, bc or c");
        text = text_in(buffer, sizeof(buffer));
        text_add_item(&text, "one", 0, 1, "or");
        assert_string_equal(buffer, "one");
}

static void numbers(void **state)
{
        char buffer[NUMBER_SIZE], place[NUMBER_SIZE];
        struct text text = text_in(place, sizeof(place));

        assert_string_equal(number_text(buffer, 0), "0");
        assert_string_equal(number_text(buffer, -1), "-1");
        assert_string_equal(number_text(buffer, INT64_MAX), "9223372036854775807");
        assert_string_equal(number_text(buffer, INT64_MIN), "-9223372036854775808");
        text_add_number(&text, 7, 2);
        text_add_number(&text, 123, 2);
        assert_string_equal(place, "07123");
}

static void errors(void **state)
{
        assert_string_equal(error_text(ENOENT), "No such file or directory");
        assert_string_equal(error_text(-ENOENT), "No such file or directory");
        assert_string_equal(error_text(99999), "unknown error");
}

/* What the machine is short of, nobody has planted. */
static void what_is_planted(void **state)
{
        static const int of_the_machine[] = {-EMFILE, -ENFILE, -ENOMEM, -ENOSYS, -EIO, -EROFS};
        static const int of_others[] = {0, -ELOOP, -ENOTDIR, -EISDIR, -EEXIST, -ENOENT, -ENOSPC};
        struct failure failure;

        for (size_t i = 0; i < COUNT(of_the_machine); i++) {
                failure_set(&failure, of_the_machine[i], "/a", NULL, NULL);
                failure_plant(&failure, true);
                assert_false(failure.planted);
        }
        for (size_t i = 0; i < COUNT(of_others); i++) {
                failure_set(&failure, of_others[i], "/a", NULL, NULL);
                assert_false(failure.planted);
                failure_plant(&failure, false);
                assert_false(failure.planted);
                failure_plant(&failure, true);
                assert_true(failure.planted);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(parts_stand_side_by_side),
                cmocka_unit_test(the_remedy_fits_the_error),
                cmocka_unit_test(what_is_long_loses_its_middle),
                cmocka_unit_test(lists),
                cmocka_unit_test(numbers),
                cmocka_unit_test(errors),
                cmocka_unit_test(what_is_planted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
