/* Tests of shim/command/section_edit: in whose section a cure is put, and what stays. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/section_edit.h"
#include "settings/file.h"
#include "temporary.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static bool is_nginx(const struct settings *section)
{
        return settings_lists_program(section, "nginx") || section->programs.count == 0;
}

static enum section_edit edit(
        char **text, const char *name, const char *key, const char *value, const char **ret_file)
{
        const char *path = temporary_write(name, *text);
        struct settings settings;
        struct failure failure = {0};
        struct cure cure = {NULL, NULL, NULL};
        enum section_edit result;

        settings_init(&settings);
        settings.wants = is_nginx;
        if (settings_read_file(&settings, path, true, "", &failure) < 0)
                fail_msg("%s: \"%s\"", *text, said(&failure));
        cure_set(&cure, key, value);
        result = section_edit(text, path, &settings, &cure, ret_file);
        *ret_file = result == SECTION_ELSEWHERE ? strdup(*ret_file) : NULL;
        free(cure.value);
        settings_release(&settings);
        return result;
}

#define OTHER "{ programs = [ \"apache2\" ]; jail = \"/a\"; }"

static const struct {
        const char *before, *key, *value, *after;
} edits[] = {
        /* No sections. */
        {"jail = \"/a\";\n", "expose", "/x", "jail = \"/a\";\nexpose = [ \"/x\" ];\n"},
        {"@include \"none/*\"\njail = \"/a\";\n", "jail", "/x",
                "@include \"none/*\"\njail = \"/x\";\n"},
        /* In one line. */
        {"servers = ( " OTHER ", { programs = [ \"nginx\" ]; jail = \"/b\"; } );\n", "expose", "/x",
                "servers = ( " OTHER
                ", { programs = [ \"nginx\" ]; jail = \"/b\"; expose = [ \"/x\" ]; } );\n"},
        {"servers = ( " OTHER ", { programs = [ \"nginx\" ]; jail = \"/b\" } );\n", "fatal_status",
                "2",
                "servers = ( " OTHER
                ", { programs = [ \"nginx\" ]; jail = \"/b\"; fatal_status = 2; } );\n"},
        /* In lines of its own, with its comments. */
        {"servers = (\n  " OTHER ",\n  {\n    // nginx\n    programs = [ \"nginx\" ];\n"
         "    jail = \"/b\"; # here\n  }\n);\n",
                "expose", "/x",
                "servers = (\n  " OTHER ",\n  {\n    // nginx\n    programs = [ \"nginx\" ];\n"
                "    jail = \"/b\"; # here\n    expose = [ \"/x\" ];\n  }\n);\n"},
        /* What the section has is edited there, and not what another has. */
        {"servers = ( { programs = [ \"a\" ]; jail = \"/a\"; expose = [ \"/y\" ]; },\n"
         "{ programs = [ \"nginx\" ]; jail = \"/b\"; expose = [ \"/z\" ]; } );\n",
                "expose", "/x",
                "servers = ( { programs = [ \"a\" ]; jail = \"/a\"; expose = [ \"/y\" ]; },\n"
                "{ programs = [ \"nginx\" ]; jail = \"/b\"; expose = [ \"/z\", \"/x\" ]; } );\n"},
        /* A list from outside comes along. */
        {"expose = [ \"/y\" ];\nservers = ( " OTHER
         ",\n{ programs = [ \"nginx\" ]; jail = \"/b\"; } );\n",
                "expose", "/x",
                "expose = [ \"/y\" ];\nservers = ( " OTHER
                ",\n{ programs = [ \"nginx\" ]; jail = \"/b\"; expose = [ \"/y\", \"/x\" ]; } "
                ");\n"},
        {"expose = [ \"/x\" ];\nservers = ( " OTHER
         ",\n{ programs = [ \"nginx\" ]; jail = \"/b\"; } );\n",
                "expose", "/x", NULL},
        {"keep_capabilities = [ \"kill\" ];\nservers = ( { jail = \"/b\"; } );\n",
                "keep_capabilities", "chown",
                "keep_capabilities = [ \"kill\" ];\nservers = ( { jail = \"/b\"; keep_capabilities "
                "= "
                "[ \"kill\", \"chown\" ]; } );\n"},
        /* The jail of all is not changed for one. */
        {"jail = \"/a\";\nservers = ( { programs = [ \"nginx\" ]; } );\n", "jail", "/x",
                "jail = \"/a\";\nservers = ( { programs = [ \"nginx\" ]; jail = \"/x\"; } );\n"},
        /* The last one, for all others; and brackets in comments and texts. */
        {"servers = ( /* { */ { programs = [ \"{\" ]; jail = \"/a\"; }, { jail = \"/b\"; } );\n",
                "view", "inside",
                "servers = ( /* { */ { programs = [ \"{\" ]; jail = \"/a\"; }, { jail = \"/b\"; "
                "view "
                "= \"inside\"; } );\n"},
};

static void each_edit(void **state)
{
        for (size_t i = 0; i < COUNT(edits); i++) {
                const char *after = edits[i].after ? edits[i].after : edits[i].before, *file;
                char *text = strdup(edits[i].before);

                assert_int_equal(edit(&text, "conf", edits[i].key, edits[i].value, &file),
                        edits[i].after ? SECTION_EDITED : SECTION_SAME);
                assert_string_equal(text, after);
                /* It is read as it was meant, and not added again. */
                assert_int_equal(
                        edit(&text, "conf", edits[i].key, edits[i].value, &file), SECTION_SAME);
                assert_string_equal(text, after);
                free(text);
        }
}

static void what_stands_in_another_file_stays(void **state)
{
        static const char *const texts[][2] = {
                {"@include \"part\"\n", "expose = [ \"/a\" ];\n"},
                {"servers = (\n@include \"part\"\n);\n",
                        "{ programs = [ \"nginx\" ]; jail = \"/b\"; }"},
                {"servers = ( { programs = [ \"nginx\" ]; jail = \"/b\";\n@include \"part\"\n} "
                 ");\n",
                        "expose = [ \"/a\" ];\n"},
        };

        for (size_t i = 0; i < COUNT(texts); i++) {
                char *text = strdup(texts[i][0]);
                const char *file;

                temporary_write("part", texts[i][1]);
                assert_int_equal(edit(&text, "conf", "expose", "/x", &file), SECTION_ELSEWHERE);
                assert_string_equal(file, temporary_path("part"));
                assert_string_equal(text, texts[i][0]);
                free((char *)(uintptr_t)file);
                free(text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_edit),
                cmocka_unit_test(what_stands_in_another_file_stays),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
