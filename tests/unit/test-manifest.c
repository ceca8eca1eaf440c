/* Tests of shim/supply/manifest: what its lines say, and which lines say nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/manifest.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct manifest_line line;

static bool parse(const char *text)
{
        memset(&line, '?', sizeof(line));
        return manifest_parse(text, strlen(text), &line);
}

static void expect_made(const char *text, enum manifest_kind kind, uint64_t inode, int64_t seconds,
        uint32_t nanoseconds, const char *path)
{
        char again[MANIFEST_LINE_SIZE];
        size_t length;

        assert_true(parse(text));
        assert_int_equal(line.kind, kind);
        assert_true(line.identity.inode == inode && line.identity.device == 0);
        assert_int_equal(line.identity.birth_seconds, seconds);
        assert_int_equal(line.identity.birth_nanoseconds, nanoseconds);
        assert_string_equal(line.path, path);
        length = manifest_format(again, line.kind, &line.identity, line.path);
        assert_int_equal(length, strlen(text) + 1);
        assert_memory_equal(again, text, length - 1);
        assert_int_equal(again[length - 1], '\n');
}

static void what_was_made(void **state)
{
        expect_made(
                "file 12 1700000000.000000001 /a/b c", MANIFEST_FILE, 12, 1700000000, 1, "/a/b c");
        expect_made("directory 18446744073709551615 0.000000000 /a", MANIFEST_DIRECTORY, UINT64_MAX,
                0, 0, "/a");
        expect_made("link 1 18446744073709551615.999999999 /...", MANIFEST_LINK, 1, -1, 999999999,
                "/...");
        expect_made("device 1 2.000000003 /dev/null", MANIFEST_DEVICE, 1, 2, 3, "/dev/null");
        expect_made("point 1 2.000000003 /\xff\x80", MANIFEST_POINT, 1, 2, 3, "/\xff\x80");
        expect_made("file 1 2.000000003 /a\\012file 1 2.000000003 /b\\134012", MANIFEST_FILE, 1, 2,
                3, "/a\nfile 1 2.000000003 /b\\012");
}

static void what_is_wanted(void **state)
{
        static const char *const texts[] = {
                "server 12 3.000000004 /run/a.pid", "copy /etc/hosts", "place /run/a"};

        for (size_t i = 0; i < COUNT(texts); i++) {
                char again[MANIFEST_LINE_SIZE];

                assert_true(parse(texts[i]));
                assert_int_equal(line.kind, MANIFEST_SERVER + i);
                assert_false(manifest_is_made(line.kind));
                assert_string_equal(line.path, strchr(texts[i], '/'));
                assert_int_equal(manifest_format(again, line.kind, &line.identity, line.path),
                        strlen(texts[i]) + 1);
                assert_memory_equal(again, texts[i], strlen(texts[i]));
        }
        /* It need not be a path. */
        assert_true(parse("server 0 0.000000000 ../any thing"));
        assert_string_equal(line.path, "../any thing");
}

/* A path of root's own manifest must not lead elsewhere either. */
static void what_says_nothing(void **state)
{
        static const char *const texts[] = {
                "",
                " ",
                "\n",
                "file",
                "file ",
                "file /a",
                "file 1 /a",
                "file 1 2 /a",
                "file 1 2.3",
                "file 1 2.3 ",
                "file 1 2.3 a",
                "file 1 2.3 /",
                "file 1 2.3 //a",
                "file 1 2.3 /a/",
                "file 1 2.3 /a//b",
                "file 1 2.3 /.",
                "file 1 2.3 /..",
                "file 1 2.3 /a/..",
                "file 1 2.3 /a/../b",
                "file 1 2.3 /../a",
                "file 1 2.3 /./a",
                "file 1 2.3 /a/.",
                "file 1 2.3  /a",
                "file  1 2.3 /a",
                " file 1 2.3 /a",
                "file -1 2.3 /a",
                "file +1 2.3 /a",
                "file 1 2.-3 /a",
                "file 0x1 2.3 /a",
                "file 1 2.1000000000 /a",
                "file 18446744073709551616 2.3 /a",
                "file 1 18446744073709551616.3 /a",
                "file 1 2.3 /a\\",
                "file 1 2.3 /a\\013",
                "file 1 2.3 /a\\01",
                "file 1 2.3 /a\nb",
                "files 1 2.3 /a",
                "server ",
                "server /run/a.pid",
                "server 1 2.3 ",
                "copy",
                "copy a",
                "copy /a/../b",
                "place 1 2.3 /a",
                "chrootshim manifest 1 00000000000000000043",
        };

        for (size_t i = 0; i < COUNT(texts); i++)
                if (parse(texts[i]))
                        fail_msg("\"%s\" says something", texts[i]);
        assert_false(manifest_parse("copy /a\0b", 9, &line));
        assert_true(parse("file 1 2.3 /a"));
        assert_true(parse("file 1 2.3 /.a/..b/c.."));
}

static void long_paths(void **state)
{
        char text[2 * PATH_MAX] = "copy /", buffer[MANIFEST_LINE_SIZE];

        memset(text + strlen(text), 'a', PATH_MAX - 2);
        assert_true(parse(text));
        assert_int_equal(strlen(line.path), PATH_MAX - 1);
        assert_int_equal(manifest_format(buffer, line.kind, NULL, line.path), strlen(text) + 1);
        strcat(text, "a");
        assert_false(parse(text));
        /* One whose newlines leave no room is not noted. */
        memset(line.path + 1, '\n', PATH_MAX / 2);
        assert_int_equal(manifest_format(buffer, MANIFEST_COPY, NULL, line.path), 0);
}

static void the_first_line(void **state)
{
        char buffer[MANIFEST_LINE_SIZE];
        size_t length = manifest_head(buffer, 1234);

        assert_int_equal(length, strlen(MANIFEST_HEAD) + MANIFEST_DIGITS + 1);
        assert_memory_equal(buffer, MANIFEST_HEAD "00000000000000001234\n", length);
        assert_int_equal(manifest_length_then(buffer, length), 1234);
        for (size_t shorter = 0; shorter < length; shorter++)
                assert_int_equal(manifest_length_then(buffer, shorter), 0);
        buffer[strlen(MANIFEST_HEAD) - 2] = '2';
        assert_int_equal(manifest_length_then(buffer, length), 0);
        assert_false(parse(MANIFEST_HEAD "1"));
}

static void which_is_the_same(void **state)
{
        const struct identity noted = {.inode = 1, .birth_seconds = 2, .birth_nanoseconds = 3};
        struct identity there = noted;

        there.device = 7;
        assert_true(manifest_same(&noted, &there));
        there.inode++;
        assert_false(manifest_same(&noted, &there));
        there = noted;
        there.birth_seconds++;
        assert_false(manifest_same(&noted, &there));
        there = noted;
        there.birth_nanoseconds++;
        assert_false(manifest_same(&noted, &there));
}

static void what_may_be_removed(void **state)
{
        assert_true(parse("file 1 0.000000001 /a"));
        assert_true(manifest_is_certain(&line));
        assert_true(parse("link 1 1.000000000 /a"));
        assert_true(manifest_is_certain(&line));
        for (const char *const *kind = (const char *const[]){"file", "link", "device", NULL}; *kind;
                kind++) {
                char text[64];

                snprintf(text, sizeof(text), "%s 1 0.000000000 /a", *kind);
                assert_true(parse(text));
                assert_false(manifest_is_certain(&line));
        }
        assert_true(parse("directory 1 0.000000000 /a"));
        assert_true(manifest_is_certain(&line));
        assert_true(parse("point 1 0.000000000 /a"));
        assert_true(manifest_is_certain(&line));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_made),
                cmocka_unit_test(what_is_wanted),
                cmocka_unit_test(what_says_nothing),
                cmocka_unit_test(long_paths),
                cmocka_unit_test(the_first_line),
                cmocka_unit_test(which_is_the_same),
                cmocka_unit_test(what_may_be_removed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
