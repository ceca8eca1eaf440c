/* Tests of shim/supply/account_files: copies of passwd and group files have no passwords. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/account_files.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Filter one piece, with as much memory as is promised to be enough; append it to @result. */
static size_t filter(
        struct account_filter *at, const char *piece, size_t length, char *result, size_t done)
{
        char *output = malloc(2 * length + (length == 0));
        size_t size = account_filter(at, piece, length, output);

        assert_true(size <= 2 * length);
        memcpy(result + done, output, size);
        free(output);
        return done + size;
}

/* In three pieces, cut at every two of the places between bytes, before and behind them. */
static void expect_filtered(
        const char *text, size_t length, const char *expected, size_t expected_length)
{
        for (size_t first = 0; first <= length; first++)
                for (size_t second = first; second <= length; second++) {
                        struct account_filter at = {0};
                        char result[256];
                        size_t done = filter(&at, text, first, result, 0);

                        done = filter(&at, text + first, second - first, result, done);
                        done = filter(&at, text + second, length - second, result, done);
                        assert_int_equal(done, expected_length);
                        assert_memory_equal(result, expected, done);
                }
}

static void the_second_field_is_replaced(void **state)
{
        static const struct {
                const char *text, *expected;
        } cases[] = {
                {"root:x:0:0:root:/root:/bin/sh\n", "root:x:0:0:root:/root:/bin/sh\n"},
                {"a:$6$salt$hash:1:2:A:/a:/b\n", "a:x:1:2:A:/a:/b\n"},
                {"a::1:2:::\nb:!:3\n", "a:x:1:2:::\nb:x:3\n"},
                {"staff:secret:50:alice,bob\n", "staff:x:50:alice,bob\n"},
                /* What is cut short may be the password. */
                {"a:secret", "a:x"},
                {"a:secret\nb:secret:1\n", "a:x\nb:x:1\n"},
                {"a:", "a:x"},
                {"a:\nb:", "a:x\nb:x"},
                {"nothing\n\n\nb:s:1\n", "nothing\n\n\nb:x:1\n"},
                {"nothing", "nothing"},
                {"", ""},
                {"\n", "\n"},
                {":", ":x"},
                {"::", ":x:"},
                {":s:\n:\n:", ":x:\n:x\n:x"},
                {"+::::::\n+\n-a:s\n", "+:x:::::\n+\n-a:x\n"},
                {"# a:b:c\r\n", "# a:x:c\r\n"},
                {" a : s : 1\n", " a :x: 1\n"},
        };

        for (size_t i = 0; i < COUNT(cases); i++)
                expect_filtered(cases[i].text, strlen(cases[i].text), cases[i].expected,
                        strlen(cases[i].expected));
        expect_filtered("a\0b:s\0s:1\0\n", 11, "a\0b:x:1\0\n", 9);
}

/* Longer than any buffer, so that reads end in the middle of passwords. */
static void write_many(FILE *original, FILE *copy)
{
        for (int i = 0; i < 2000; i++) {
                fprintf(original, "user%d:%.*s:%d:Name:/home\n", i, i % 90,
                        "$y$j9T$secret$secretsecretsecretsecretsecretsecretsecretsecretsecretsecret"
                        "secretsecret",
                        i);
                fprintf(copy, "user%d:x:%d:Name:/home\n", i, i);
        }
}

static size_t read_all(const char *name, char *buffer, size_t size)
{
        FILE *file = fopen(temporary_path(name), "r");
        size_t length;

        assert_non_null(file);
        length = fread(buffer, 1, size, file);
        fclose(file);
        return length;
}

static void a_whole_file_is_copied(void **state)
{
        static char expected[1 << 18], copy[sizeof(expected)];
        FILE *passwd = fopen(temporary_path("passwd"), "w");
        FILE *clean = fopen(temporary_path("clean"), "w");
        uint64_t room = SIZE_MAX;
        size_t length;
        int from, to;

        write_many(passwd, clean);
        fclose(passwd);
        fclose(clean);
        from = open(temporary_path("passwd"), O_RDONLY);
        to = open(temporary_path("copy"), O_CREAT | O_WRONLY, 0600);
        assert_int_equal(account_file_copy(from, to, &room), 0);
        close(from);
        close(to);
        length = read_all("clean", expected, sizeof(expected));
        assert_true(length > 40000 && length < sizeof(expected));
        assert_int_equal(read_all("copy", copy, sizeof(copy)), length);
        assert_memory_equal(copy, expected, length);
}

static void errors_are_told(void **state)
{
        int directory = open(temporary_path("."), O_RDONLY), full = open("/dev/full", O_WRONLY);
        int file = open(temporary_write("file", "a:b:c\n"), O_RDONLY);
        uint64_t room = 100;

        assert_true(directory >= 0 && full >= 0 && file >= 0);
        assert_int_equal(account_file_copy(directory, full, &room), -EISDIR);
        assert_int_equal(account_file_copy(-1, full, &room), -EBADF);
        assert_int_equal(account_file_copy(file, full, &room), -ENOSPC);
        assert_int_equal(lseek(file, 0, SEEK_SET), 0);
        assert_int_equal(account_file_copy(file, file, &room), -EBADF);
        /* At its end, there is nothing to write. */
        assert_int_equal(account_file_copy(file, full, &room), 0);
        close(directory);
        close(full);
        close(file);
}

/* However large the file was when it was looked at. */
static void no_more_than_there_is_room_for(void **state)
{
        int file = open(temporary_write("file", "a:b:c\n"), O_RDONLY);
        int null = open("/dev/null", O_WRONLY);
        uint64_t room = 6;

        assert_int_equal(account_file_copy(file, null, &room), 0);
        assert_int_equal(room, 0);
        assert_int_equal(lseek(file, 0, SEEK_SET), 0);
        room = 5;
        assert_int_equal(account_file_copy(file, null, &room), -EFBIG);
        assert_int_equal(room, 0);
        close(null);
        close(file);
}

static bool is_copied(const char *text, const char *there)
{
        int from = open(temporary_write("from", text), O_RDONLY);
        int copy = open(temporary_write("copy", there), O_RDONLY);
        bool same = account_file_is_copied(from, copy);

        assert_int_equal(lseek(from, 0, SEEK_CUR) + lseek(copy, 0, SEEK_CUR), 0);
        close(from);
        close(copy);
        return same;
}

static void a_copy_is_known_again(void **state)
{
        char text[3000] = "", copy[3000] = "";

        assert_true(is_copied("", ""));
        assert_true(is_copied("a:b:c\nd:e:f", "a:x:c\nd:x:f"));
        /* A password, an account more or less, another name. */
        assert_false(is_copied("a:b:c\n", "a:b:c\n"));
        assert_false(is_copied("a:b:c\n", "a:x:c\nd:x:f\n"));
        assert_false(is_copied("a:b:c\nd:e:f\n", "a:x:c\n"));
        assert_false(is_copied("a:b:c\n", "g:x:c\n"));
        for (int i = 0; i < 400; i++) {
                strcat(text, "a::c\n");
                strcat(copy, "a:x:c\n");
        }
        assert_true(is_copied(text, copy));
        copy[sizeof("a:x:c") * 399] = 'b';
        assert_false(is_copied(text, copy));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_second_field_is_replaced),
                cmocka_unit_test(a_whole_file_is_copied),
                cmocka_unit_test(errors_are_told),
                cmocka_unit_test(no_more_than_there_is_room_for),
                cmocka_unit_test(a_copy_is_known_again),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
