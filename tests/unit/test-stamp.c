/* Tests of shim/settings/stamp.c: what counts as a change of the file, and how often. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/file.h"
#include "settings/stamp.h"
#include "temporary.h"
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct settings_stamp stamp_of(const char *path, const char *text)
{
        struct settings_stamp stamp = {.sum = settings_stamp_sum(0, text, strlen(text))};

        assert_int_equal(kernel_facts(AT_FDCWD, path, 0, &stamp.facts), 0);
        return stamp;
}

static void a_change_is_told_once(void **state)
{
        const char *path = temporary_write("conf", "one");
        const struct settings_stamp read = stamp_of(path, "one");
        struct settings_stamp seen = read;

        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_SAME);
        temporary_write("conf", "another");
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_CHANGED);
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_SAME);
        unlink(path);
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_GONE);
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_SAME);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_CHANGED);
        unlink(path);
}

static void the_same_text_is_no_change(void **state)
{
        const char *path = temporary_write("conf", "one");
        const struct settings_stamp read = stamp_of(path, "one");
        struct settings_stamp seen = read;
        const struct timespec past[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

        assert_int_equal(utimensat(AT_FDCWD, path, past, 0), 0);
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_SAME);
        unlink(path);
        temporary_write("conf", "one");
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_SAME);
        /* Of the same length, and then as it was when it was read. */
        temporary_write("conf", "two");
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_CHANGED);
        temporary_write("conf", "one");
        assert_int_equal(settings_stamp_look(path, NULL, &read, &seen), SETTINGS_SAME);
}

/* What the library would not read is not read on, at each fork, either. */
static void a_file_that_is_too_large_has_changed(void **state)
{
        char *text = malloc(SETTINGS_FILE_LIMIT + 2);

        for (size_t length = SETTINGS_FILE_LIMIT; length <= SETTINGS_FILE_LIMIT + 1; length++) {
                const struct timespec past[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
                struct settings_stamp read, seen;
                const char *path;

                memset(text, '#', length);
                text[length] = '\0';
                path = temporary_write("conf", text);
                read = seen = stamp_of(path, text);
                assert_int_equal(utimensat(AT_FDCWD, path, past, 0), 0);
                assert_int_equal(settings_stamp_look(path, NULL, &read, &seen),
                        length > SETTINGS_FILE_LIMIT ? SETTINGS_CHANGED : SETTINGS_SAME);
        }
        free(text);
}

/* Which names a directory has, and not when it was written to. */
static void names_that_come_and_go(void **state)
{
        const char *directory = temporary_path("names");
        struct settings_stamp read = {.sum = settings_stamp_sum(0, NULL, 0)}, seen;

        assert_int_equal(mkdir(directory, 0700), 0);
        assert_int_equal(kernel_facts(AT_FDCWD, directory, 0, &read.facts), 0);
        seen = read;
        temporary_write("names/a.txt", "");
        assert_int_equal(settings_stamp_look(directory, "*.conf", &read, &seen), SETTINGS_SAME);
        temporary_write("names/a.conf", "");
        assert_int_equal(settings_stamp_look(directory, "*.conf", &read, &seen), SETTINGS_CHANGED);
        temporary_write("names/a.conf", "other");
        assert_int_equal(settings_stamp_look(directory, "*.conf", &read, &seen), SETTINGS_SAME);
        unlink(temporary_path("names/a.conf"));
        assert_int_equal(settings_stamp_look(directory, "*.conf", &read, &seen), SETTINGS_SAME);
}

/* A directory that was not there has the same names as an empty one. */
static void a_directory_that_comes(void **state)
{
        const char *directory = temporary_path("later");
        struct settings_stamp read = {.sum = settings_stamp_sum(0, NULL, 0), .gone = true};
        struct settings_stamp seen = read;

        assert_int_equal(settings_stamp_look(directory, "*", &read, &seen), SETTINGS_SAME);
        assert_int_equal(mkdir(directory, 0700), 0);
        assert_int_equal(settings_stamp_look(directory, "*", &read, &seen), SETTINGS_SAME);
        temporary_write("later/a", "");
        assert_int_equal(settings_stamp_look(directory, "*", &read, &seen), SETTINGS_CHANGED);
}

static void a_sum_of_parts(void **state)
{
        uint64_t whole = settings_stamp_sum(0, "jail", 4);

        assert_true(settings_stamp_sum(0, "", 0) != 0);
        assert_int_equal(settings_stamp_sum(settings_stamp_sum(0, "ja", 2), "il", 2), whole);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_change_is_told_once),
                cmocka_unit_test(the_same_text_is_no_change),
                cmocka_unit_test(a_file_that_is_too_large_has_changed),
                cmocka_unit_test(names_that_come_and_go),
                cmocka_unit_test(a_directory_that_comes),
                cmocka_unit_test(a_sum_of_parts),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
