/* Tests of shim/command/settings_edit: what is put into a file's text, and what stays. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/settings_edit.h"

#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
        const char *before, *key, *value, *after;
} edits[] = {
        {"", "jail", "/srv/a", "jail = \"/srv/a\";\n"},
        {"jail = \"/srv/a\"", "services", "dns", "jail = \"/srv/a\"\nservices = [ \"dns\" ];\n"},
        {"fixroot = true; // why\n", "fixroot", "false", "fixroot = false; // why\n"},
        {"jail : \"/srv/a\"\n", "jail", "/srv/b", "jail : \"/srv/b\"\n"},
        {"log_level = \"in\" /* as */ \"fo\";\n", "log_level", "debug", "log_level = \"debug\";\n"},
        {"services = [ ];\n", "services", "dns", "services = [ \"dns\" ];\n"},
        {"services = [];\n", "services", "dns", "services = [ \"dns\"];\n"},
        {"services = [ \"dns\" ];\n", "services", "dns", NULL},
        {"services = [ \"dns\" ];\n", "services", "tls", "services = [ \"dns\", \"tls\" ];\n"},
        {"services = [ \"dns\", ];\n", "services", "tls", "services = [ \"dns\", \"tls\" ];\n"},
        {"services = [\n  \"dns\", # names\n  \"tls\" # certificates\n];\n", "services", "mail",
                "services = [\n  \"dns\", # names\n  \"tls\",\n  \"mail\" # certificates\n];\n"},
        {"services = ( { name = \"x\"; expose = [ \"/a\" ]; }, \"dns\" );\n", "expose", "/b",
                "services = ( { name = \"x\"; expose = [ \"/a\" ]; }, \"dns\" );\n"
                "expose = [ \"/b\" ];\n"},
        {"services = ( { name = \"x\"; }, \"dns\" );\n", "services", "tls",
                "services = ( { name = \"x\"; }, \"dns\", \"tls\" );\n"},
        {"// jail = \"/no\";\n# jail = \"/no\";\n/* jail = \"/no\"; */\njail = \"/yes\";\n", "jail",
                "/new",
                "// jail = \"/no\";\n# jail = \"/no\";\n/* jail = \"/no\"; */\njail = \"/new\";\n"},
        {"log = \"/a ] ; jail = \\\"/b\\\";\";\n", "jail", "/c",
                "log = \"/a ] ; jail = \\\"/b\\\";\";\njail = \"/c\";\n"},
        {"expose = [ \"/a]\" ];\n", "expose", "/b\"\\", "expose = [ \"/a]\", \"/b\\\"\\\\\" ];\n"},
        {"fatal_status = 15;\n", "fatal_status", "2", "fatal_status = 2;\n"},
};

static void each_edit(void **state)
{
        for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
                const char *after = edits[i].after ? edits[i].after : edits[i].before;
                char *text = strdup(edits[i].before);
                struct cure cure = {NULL, NULL, NULL};

                cure_set(&cure, edits[i].key, edits[i].value);
                assert_int_equal(settings_edit(&text, &cure), edits[i].after != NULL);
                assert_string_equal(text, after);
                /* What is there is not added again. */
                assert_false(settings_edit(&text, &cure));
                assert_string_equal(text, after);
                free(cure.value);
                free(text);
        }
}

static void a_text_that_ends_early(void **state)
{
        static const char *const texts[] = {"jail", "jail =", "jail = \"", "services = [ \"a\"",
                "services = [ ,", "/* never", "= 1", "jail = \"\\", "services = ( { a = [ }"};

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                char *text = strdup(texts[i]);
                struct cure cure = {"services", strdup("dns"), NULL};

                settings_edit(&text, &cure);
                free(cure.value);
                free(text);
        }
}

static char *content(const char *path)
{
        struct failure failure = {0};
        char *text;

        assert_int_equal(settings_edit_read(path, &text, &failure), 0);
        return text;
}

static void a_file_is_written_with_its_mode(void **state)
{
        const char *path = temporary_write("edited.conf", "jail = \"/a\";\n");
        struct failure failure = {0};
        struct stat facts;
        char *text;

        assert_int_equal(chmod(path, 0640), 0);
        assert_int_equal(settings_edit_write(path, "jail = \"/b\";\n", &failure), 0);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_mode & 07777, 0640);
        text = content(path);
        assert_string_equal(text, "jail = \"/b\";\n");
        free(text);
}

static void what_is_refused_changes_nothing(void **state)
{
        const char *path = temporary_write("kept.conf", "jail = \"/a\";\n");
        struct failure failure = {0};
        char *text;

        assert_int_equal(settings_edit_write(path, "jial = \"/b\";\n", &failure), -EINVAL);
        assert_string_equal(failure.file, path);
        text = content(path);
        assert_string_equal(text, "jail = \"/a\";\n");
        free(text);
}

static void a_mistake_in_an_included_file_is_told_of_that(void **state)
{
        const char *path = temporary_write("kept.conf", "jail = \"/a\";\n");
        struct failure failure = {0};

        temporary_write("part.conf", "\n\njial = \"/b\";\n");
        assert_int_equal(settings_edit_write(path, "@include \"part.conf\"\n", &failure), -EINVAL);
        assert_string_equal(failure.file, temporary_path("part.conf"));
        assert_int_equal(failure.line, 3);
        free((char *)(uintptr_t)failure.file);
}

static void a_link_is_refused(void **state)
{
        const char *path = temporary_path("link.conf");
        struct failure failure = {0};

        assert_int_equal(symlink("/nonexistent/file", path), 0);
        assert_int_equal(settings_edit_write(path, "jail = \"/b\";\n", &failure), -ELOOP);
        unlink(path);
}

static void a_new_file(void **state)
{
        const char *path = temporary_path("new.conf");
        struct failure failure = {0};
        char *text = content(path);

        assert_string_equal(text, "");
        free(text);
        assert_int_equal(settings_edit_write(path, "jail = \"/b\";\n", &failure), 0);
        text = content(path);
        assert_string_equal(text, "jail = \"/b\";\n");
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_edit),
                cmocka_unit_test(a_text_that_ends_early),
                cmocka_unit_test(a_file_is_written_with_its_mode),
                cmocka_unit_test(what_is_refused_changes_nothing),
                cmocka_unit_test(a_mistake_in_an_included_file_is_told_of_that),
                cmocka_unit_test(a_link_is_refused),
                cmocka_unit_test(a_new_file),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
