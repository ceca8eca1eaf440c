/* Tests of shim/settings/sections.c: which section is taken, what it begins with, what is refused.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/file.h"
#include "settings/read.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *program;

static bool is_program(const struct settings *section)
{
        return section->programs.count == 0 || settings_lists_program(section, program);
}

static int read_for(
        struct settings *settings, const char *name, const char *text, struct failure *failure)
{
        *failure = (struct failure){0};
        program = name;
        settings_init(settings);
        settings->wants = name ? is_program : NULL;
        return settings_read_file(
                settings, temporary_write("conf", text), true, SETTINGS_VARIABLE, failure);
}

static void expect(struct settings *settings, const char *name, const char *text)
{
        struct failure failure;

        if (read_for(settings, name, text, &failure) != 0)
                fail_msg("%s: \"%s\"", text, said(&failure));
}

static const char three[] = "jail = \"/srv/a\"; isolation = \"namespace\";\n"
                            "servers = (\n"
                            "{ programs = [ \"apache2\", \"/opt/httpd\" ]; },\n"
                            "{ programs = [ \"php-fpm8.2\" ];\n"
                            "  services = [ \"php\" ]; keep_capabilities = [ \"kill\" ]; },\n"
                            "{ programs = [ \"nginx\" ]; jail = \"/srv/b\";\n"
                            "  isolation = \"chroot\"; services = [ ]; } );\n"
                            "services = ( \"dns\", { name = \"x\"; } );\n"
                            "keep_capabilities = [ \"chown\" ]; unlisted = \"refuse\";\n";

static void the_first_that_lists_the_program(void **state)
{
        struct settings settings;

        expect(&settings, "/usr/sbin/apache2", three);
        assert_int_equal(settings.server, 1);
        assert_string_equal(settings.jail, "/srv/a");
        assert_int_equal(settings.services.count, 2);
        assert_int_equal(settings.line[SETTING_jail], 1);
        assert_int_equal(settings.line[SETTING_programs], 3);
        assert_int_equal(settings.unlisted, UNLISTED_REFUSE);
        settings_release(&settings);
        expect(&settings, "/opt/httpd", three);
        assert_int_equal(settings.server, 1);
        settings_release(&settings);
        expect(&settings, "/usr/sbin/httpd", three);
        assert_true(settings_is_unserved(&settings));
        settings_release(&settings);
}

static void a_key_of_the_section_takes_the_place_of_the_other(void **state)
{
        struct settings settings;

        expect(&settings, "php-fpm8.2", three);
        assert_int_equal(settings.server, 2);
        assert_int_equal(settings.isolation, ISOLATION_NAMESPACE);
        assert_int_equal(settings.services.count, 1);
        assert_string_equal(settings.services.item[0], "php");
        assert_int_equal(settings.keep_capabilities, 1 << 5);
        assert_int_equal(settings.line[SETTING_services], 5);
        /* Whose file and line are told is what is in force. */
        assert_string_equal(settings.file[SETTING_services], settings.path);
        assert_non_null(service_defined(settings.defined, "x"));
        settings_release(&settings);
        expect(&settings, "nginx", three);
        assert_int_equal(settings.server, 3);
        assert_string_equal(settings.jail, "/srv/b");
        assert_int_equal(settings.isolation, ISOLATION_CHROOT);
        assert_int_equal(settings.services.count, 0);
        assert_int_equal(settings.line[SETTING_jail], 6);
        settings_release(&settings);
}

static void the_last_one_may_be_for_all_others(void **state)
{
        static const char text[] = "servers = ( { programs = [ \"a\" ]; jail = \"/a\"; },\n"
                                   "{ jail = \"/b\"; } );";
        struct settings settings;

        expect(&settings, "a", text);
        assert_string_equal(settings.jail, "/a");
        settings_release(&settings);
        expect(&settings, "b", text);
        assert_string_equal(settings.jail, "/b");
        assert_string_equal(settings.servers.item[1], "others");
        settings_release(&settings);
}

static void who_asks_for_none_gets_what_stands_outside(void **state)
{
        struct settings settings;

        expect(&settings, NULL, three);
        assert_true(settings_is_unserved(&settings));
        assert_int_equal(settings.servers.count, 3);
        assert_string_equal(settings.servers.item[0], "apache2");
        assert_string_equal(settings.jail, "/srv/a");
        assert_int_equal(settings.programs.count, 0);
        settings_release(&settings);
}

static void a_section_in_a_file_of_its_own(void **state)
{
        struct settings settings;

        temporary_write("a.conf", "# one\n{ programs = [ \"a\" ];\n jail = \"/a\"; }\n");
        temporary_write("b.conf", "{ programs = [ \"b\" ]; jail = \"/b\"; },\n"
                                  "{ programs = [ \"c\" ]; jail = \"/c\"; }");
        expect(&settings, "a", "servers = (\n@include \"?.conf\"\n);\n");
        assert_string_equal(settings.jail, "/a");
        assert_int_equal(settings.line[SETTING_jail], 3);
        assert_string_equal(settings.file[SETTING_jail], temporary_path("a.conf"));
        settings_release(&settings);
        expect(&settings, "c", "servers = (\n@include \"?.conf\"\n);\n");
        assert_string_equal(settings.jail, "/c");
        assert_int_equal(settings.servers.count, 3);
        settings_release(&settings);
}

#define SECTION "{ programs = [ \"a\" ]; jail = \"/a\"; }"

static void what_is_refused(void **state)
{
        static const struct {
                const char *text, *complaint;
        } cases[] = {
                {"servers = 5;", ":1: servers is no list of sections: write servers = ( {"},
                {"servers = [ \"a\" ];", ":1: servers is no list of sections"},
                {"servers = " SECTION ";", ":1: servers is no list of sections"},
                {"jail = \"/a\";\nservers = ( );", ":2: servers has no section: write"},
                {"servers = (\n \"a\" );", ":2: servers holds what is no section"},
                {"servers = ( " SECTION ",\n( ) );", ":2: servers holds what is no section"},
                {"servers = ( { programs = [ \"a\" ]; } );",
                        ":1: servers: this section has no jail"},
                {"servers = ( " SECTION ",\n{ } );", ":2: servers: this section has no jail"},
                {"servers = (\n{ jail = \"/a\"; },\n" SECTION ");",
                        ":2: servers: this section lists no programs, and is not the last one"},
                {"servers = (\n{ jail = \"/a\"; programs = [ ]; }, " SECTION ");",
                        ":2: servers: this section lists no programs"},
                {"servers = ( " SECTION ",\n{ jail = \"/b\";\nprograms = [ \"b\", \"a\" ]; } );",
                        ":3: programs: a is listed twice: list it in one"},
                {"servers = ( " SECTION ",\n{ jail = \"/b\"; programs = [ \"/opt/a\" ]; } );",
                        ":2: programs: /opt/a: a section before this one lists it by its name: "},
                {"servers = ( { jail = \"/b\"; programs = [ \"b\", \"b\" ]; } );",
                        ":1: programs: b is listed twice"},
                {"servers = ( { jail = \"/b\";\nservers = ( " SECTION "); } );",
                        ":2: servers: a section has no sections of its own"},
                {"servers = ( { jail = \"/b\";\nunlisted = \"inert\"; } );",
                        ":2: unlisted is about what no section is for: write it outside"},
                {"programs = [ \"a\" ];\nservers = ( " SECTION ");",
                        ":2: servers: programs stands outside of the sections"},
                {"servers = ( " SECTION ",\n{ jial = \"/b\"; } );", ":2: jial is no setting"},
                {"servers = ( " SECTION ",\n{ jail = 5; } );", ":2: jail has a value of the wrong"},
                {"servers = ( " SECTION ",\n{ view = \"both\"; } );", ":2: view is \"both\""},
                {"view = \"both\";\nservers = ( " SECTION ");", ":1: view is \"both\""},
                {"servers = ( " SECTION ");\nservers = ( " SECTION ");",
                        ":2: duplicate setting name"},
                {"servers = ( { jail = \"/a\"; jail = \"/b\"; } );", ":1: duplicate setting name"},
        };
        /* Whether the section is taken, another one is, or none. */
        static const char *const names[] = {"a", "none", NULL};

        for (size_t i = 0; i < COUNT(cases) * COUNT(names); i++) {
                const char *text = cases[i / COUNT(names)].text;
                struct failure failure;
                struct settings settings;

                assert_int_equal(
                        read_for(&settings, names[i % COUNT(names)], text, &failure), -EINVAL);
                if (!strstr(said(&failure), cases[i / COUNT(names)].complaint))
                        fail_msg("%s: \"%s\"", text, said(&failure));
                settings_release(&settings);
        }
}

static void by_the_name_that_people_say(void **state)
{
        struct settings settings;

        expect(&settings, "/opt/httpd", three);
        assert_true(settings_lists_name(&settings, "httpd"));
        assert_true(settings_lists_name(&settings, "/opt/httpd"));
        assert_true(settings_lists_name(&settings, "/usr/sbin/apache2"));
        assert_false(settings_lists_name(&settings, "/usr/sbin/httpd"));
        assert_false(settings_lists_name(&settings, "http"));
        settings_release(&settings);
}

static void a_path_before_the_name_of_the_same_program(void **state)
{
        static const char text[] =
                "servers = ( { programs = [ \"/opt/a\", \"b\", \"/b\" ]; jail = \"/one\"; },\n"
                "{ programs = [ \"a\" ]; jail = \"/two\"; } );";
        static const char *const cases[][2] = {
                {"/usr/bin/a", "/two"}, {"/opt/a", "/one"}, {"b", "/one"}};

        for (size_t i = 0; i < COUNT(cases); i++) {
                struct settings settings;

                expect(&settings, cases[i][0], text);
                assert_string_equal(settings.jail, cases[i][1]);
                settings_release(&settings);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_that_lists_the_program),
                cmocka_unit_test(a_key_of_the_section_takes_the_place_of_the_other),
                cmocka_unit_test(the_last_one_may_be_for_all_others),
                cmocka_unit_test(who_asks_for_none_gets_what_stands_outside),
                cmocka_unit_test(a_section_in_a_file_of_its_own),
                cmocka_unit_test(what_is_refused),
                cmocka_unit_test(by_the_name_that_people_say),
                cmocka_unit_test(a_path_before_the_name_of_the_same_program),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
