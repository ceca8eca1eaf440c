/* Tests of shim/settings/include.c: what files include, where it stands, and what is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/file.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_text(struct settings *settings, const char *text, struct failure *failure)
{
        *failure = (struct failure){0};
        settings_init(settings);
        return settings_read_file(
                settings, temporary_write("conf", text), true, SETTINGS_VARIABLE, failure);
}

static void expect(struct settings *settings, const char *text)
{
        struct failure failure;

        if (read_text(settings, text, &failure) != 0)
                fail_msg("%s: \"%s\"", text, said(&failure));
}

static void expect_place(
        const struct settings *settings, enum setting_index index, const char *file, unsigned line)
{
        assert_string_equal(settings->file[index], temporary_path(file));
        assert_int_equal(settings->line[index], line);
}

static int make_files(void **state)
{
        temporary_make(state);
        mkdir(temporary_path("d"), 0700);
        mkdir(temporary_path("empty"), 0700);
        temporary_write("view", "\nview =\n \"inside\";");
        temporary_write("d/10.conf", "\"/b\"\n");
        temporary_write("d/2.conf", "# a comment\n\"/a\", \"/c\" /* another */\n");
        temporary_write("d/3.text", "\"/no\"");
        temporary_write("deeper", "fixroot = false;\n@include \"view\"\nlog_level = \"info\";\n");
        temporary_write("bad", "\n\nview = \"both\";\n");
        temporary_write("syntax", "\nview = ;\n");
        temporary_write("open", "expose = [ \"/a\"\n");
        temporary_write("close", "\n];\n");
        temporary_write("quotes", "\nlog = \"/a");
        temporary_write("itself", "@include \"itself\"\n");
        temporary_write("circle", "# a\n@include \"back\"\n");
        temporary_write("back", "\n\n@include \"circle\"\n");
        temporary_write("large", "");
        temporary_write("half", "");
        assert_int_equal(truncate(temporary_path("large"), SETTINGS_FILE_LIMIT + 1), 0);
        assert_int_equal(symlink("view", temporary_path("link")), 0);
        assert_int_equal(mkfifo(temporary_path("fifo"), 0600), 0);
        temporary_write("writable", "view = \"inside\";");
        assert_int_equal(chmod(temporary_path("writable"), 0666), 0);
        return 0;
}

static void lines_stay_where_they_are(void **state)
{
        struct settings settings;

        expect(&settings, "jail = \"/a\";\n \t@include \"view\"\n\nlog_level = \"info\";\n");
        assert_int_equal(settings.view, VIEW_INSIDE);
        expect_place(&settings, SETTING_jail, "conf", 1);
        expect_place(&settings, SETTING_view, "view", 2);
        expect_place(&settings, SETTING_log_level, "conf", 4);
        settings_release(&settings);
        /* What follows the file in its line is still there. */
        expect(&settings, "@include \"view\" log_level = \"info\"; // @include \"none\"\n"
                          "fixroot = false;");
        expect_place(&settings, SETTING_view, "view", 2);
        expect_place(&settings, SETTING_log_level, "conf", 1);
        expect_place(&settings, SETTING_fixroot, "conf", 2);
        settings_release(&settings);
        expect(&settings, "\n@include \"deeper\"\njail = \"/a\";");
        expect_place(&settings, SETTING_fixroot, "deeper", 1);
        expect_place(&settings, SETTING_view, "view", 2);
        expect_place(&settings, SETTING_log_level, "deeper", 3);
        expect_place(&settings, SETTING_jail, "conf", 3);
        settings_release(&settings);
}

static void an_absolute_name_or_one_beside_the_file(void **state)
{
        struct settings settings;
        char text[600];

        snprintf(text, sizeof(text), "@include \"%s\"", temporary_path("view"));
        expect(&settings, text);
        assert_int_equal(settings.view, VIEW_INSIDE);
        settings_release(&settings);
        temporary_write("d/up", "@include \"../view\"");
        expect(&settings, "@include \"d/up\"");
        assert_int_equal(settings.view, VIEW_INSIDE);
        settings_release(&settings);
}

static void in_a_list_the_commas_are_put_right(void **state)
{
        static const char *const texts[] = {
                "expose = [\n@include \"d/*.conf\"\n];",
                "expose = [ // a list\n@include \"d/10.conf\"\n@include \"d/2.conf\"\n];",
                "expose = [\n@include \"d/10.conf\"\n, \"/a\", \"/c\" ];",
                "expose = [ \"/b\"\n@include \"d/2.conf\"\n];",
                "expose = [ \"/b\",\n@include \"d/2.conf\"\n];",
                "expose = [ \"/b\", \"/a\", \"/c\",\n@include \"empty/*\"\n];",
                "expose = [\n@include \"empty/*\"\n, \"/b\", \"/a\", \"/c\" ];",
                "expose = [ \"/b\",\n@include \"empty/*\"\n, \"/a\", \"/c\" ];",
                "expose = [ \"/b\",\n@include \"none/*\"\n\"/a\", \"/c\" ];",
        };

        for (size_t i = 0; i < COUNT(texts); i++) {
                struct settings settings;

                expect(&settings, texts[i]);
                if (settings.expose.count != 3 || strcmp(settings.expose.item[0], "/b") != 0 ||
                        strcmp(settings.expose.item[1], "/a") != 0 ||
                        strcmp(settings.expose.item[2], "/c") != 0)
                        fail_msg("%s: %zu", texts[i], settings.expose.count);
                settings_release(&settings);
        }
}

static void what_was_looked_at_is_remembered(void **state)
{
        struct settings settings;

        expect(&settings, "@include \"deeper\"\nexpose = [\n@include \"d/*.conf\"\n];\n"
                          "charsets = [\n@include \"none/*\"\n];");
        assert_int_equal(settings.sources.count, 7);
        assert_string_equal(settings.sources.item[0].path, settings.path);
        assert_string_equal(settings.sources.item[2].path, temporary_path("view"));
        assert_string_equal(settings.sources.item[3].path, temporary_path("d"));
        assert_string_equal(settings.sources.item[3].pattern, "*.conf");
        assert_string_equal(settings.sources.item[4].path, temporary_path("d/10.conf"));
        assert_true(settings.sources.item[6].stamp.gone);
        for (size_t i = 0; i < settings.sources.count; i++) {
                struct settings_source *source = &settings.sources.item[i];
                struct settings_stamp seen = source->stamp;

                assert_int_equal(
                        settings_stamp_look(source->path, source->pattern, &source->stamp, &seen),
                        SETTINGS_SAME);
        }
        settings_release(&settings);
}

static void what_is_refused(void **state)
{
        static const struct {
                const char *text, *complaint;
        } cases[] = {
                {"\n@include \"none\"", "/conf:2: "},
                {"\n@include \"none\"", "make the file, or remove"},
                {"@include \"bad\"", "/bad:3: view is \"both\""},
                {"@include \"syntax\"", "/syntax:2: syntax error"},
                {"@include \"open\"\n];", "/open:2: a bracket is open at its end: close it"},
                {"expose = [ \"/a\"\n@include \"close\"",
                        "/close:2: a bracket is closed that is not open"},
                {"@include \"quotes\"\n\";", "/quotes:2: the text in quotes has no end"},
                {"@include \"view\"\nview = \"inside\";", "/conf:2: duplicate setting name"},
                {"view = \"inside\";\n@include \"view\"", "/view:2: duplicate setting name"},
                {"@include \"itself\"", "/itself:1: "},
                {"@include \"itself\"", "includes itself: remove this"},
                {"@include \"conf\"", "/conf includes itself"},
                {"@include \"circle\"", "/back:3: "},
                {"@include \"circle\"", "includes itself"},
                {"@include \"large\"", "/conf:1: "},
                {"@include \"large\"", "at most 1048576 bytes"},
                {"@include \"d\"", "not a regular file"},
                {"@include \"fifo\"", "not a regular file"},
                {"@include \"link\"", "is a symbolic link"},
                {"@include \"writable\"", "chmod go-w "},
                {"@include \"*/10.conf\"", " has a wildcard in a directory"},
                {"\n@include \"d/[0-9]*.conf\"", "/conf:2: [0-9]*.conf: [ is no wildcard here"},
                {"@include \"\"", "not a regular file"},
                {"@include \"/*/a\"", "wildcard in a directory"},
                {"jail = \"/a\"; @include \"view\"", ":1: an @ stands for nothing here"},
                {"@include <view>", ":1: an @ stands for nothing here"},
                {"@include", ":1: an @ stands for nothing here"},
                {"@import \"view\"", "an @ stands for"},
                {"@include \"view", ":1: an @ stands for nothing here"},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
                struct failure failure;
                struct settings settings;

                assert_true(read_text(&settings, cases[i].text, &failure) < 0);
                if (!strstr(said(&failure), cases[i].complaint))
                        fail_msg("%s: \"%s\"", cases[i].text, said(&failure));
                settings_release(&settings);
        }
}

static void limits(void **state)
{
        struct settings settings;
        struct failure failure;
        char name[16], text[64], *half = malloc(SETTINGS_FILE_LIMIT / 2 + 2);

        for (int i = 1; i <= 11; i++) {
                snprintf(name, sizeof(name), "deep%d", i);
                snprintf(text, sizeof(text), i < 11 ? "@include \"deep%d\"" : "fixroot = false;",
                        i + 1);
                temporary_write(name, text);
        }
        expect(&settings, "@include \"deep2\"");
        assert_false(settings.fixroot);
        settings_release(&settings);
        assert_true(read_text(&settings, "@include \"deep1\"", &failure) < 0);
        assert_non_null(strstr(said(&failure), "included more than 10 files deep"));
        settings_release(&settings);
        memset(half, '\n', SETTINGS_FILE_LIMIT / 2 + 1);
        half[SETTINGS_FILE_LIMIT / 2 + 1] = '\0';
        temporary_write("half", half);
        expect(&settings, "@include \"half\"");
        settings_release(&settings);
        assert_true(read_text(&settings, "@include \"half\"\n@include \"half\"", &failure) < 0);
        assert_non_null(strstr(said(&failure), "all files together are larger than 1 MiB"));
        settings_release(&settings);
        free(half);
}

static void not_more_than_1000_files(void **state)
{
        struct settings settings;
        struct failure failure;
        char text[16];

        /* Each twice: 2^10 of them. */
        for (int i = 0; i < 10; i++) {
                char twice[64];

                snprintf(text, sizeof(text), "twice%d", i);
                snprintf(twice, sizeof(twice), "@include \"twice%d\"\n@include \"twice%d\"\n",
                        i + 1, i + 1);
                temporary_write(text, i < 9 ? twice : "");
        }
        assert_true(read_text(&settings, "@include \"twice0\"\n@include \"twice0\"", &failure) < 0);
        assert_non_null(strstr(said(&failure), "more than 1000 files are included"));
        settings_release(&settings);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_stay_where_they_are),
                cmocka_unit_test(an_absolute_name_or_one_beside_the_file),
                cmocka_unit_test(in_a_list_the_commas_are_put_right),
                cmocka_unit_test(what_was_looked_at_is_remembered),
                cmocka_unit_test(what_is_refused),
                cmocka_unit_test(limits),
                cmocka_unit_test(not_more_than_1000_files),
        };

        return cmocka_run_group_tests(tests, make_files, temporary_remove);
}
