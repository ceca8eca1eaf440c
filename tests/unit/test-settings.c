/* Tests of shim/settings: every key from both sources, and what is refused.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/file.h"
#include "settings/read.h"
#include "temporary.h"
#include "unit.h"

#include "chrootshim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_text(struct settings *settings, const char *text, struct failure *failure)
{
        return settings_read_file(
                settings, temporary_write("conf", text), true, SETTINGS_VARIABLE, failure);
}

static int read_variables(
        struct settings *settings, const char *const *variables, struct failure *failure)
{
        return settings_read_environment(settings, (char *const *)(uintptr_t)variables, failure);
}

static void defaults(void **state)
{
        struct settings settings;

        settings_init(&settings);
        assert_null(settings.jail);
        assert_null(settings.pidfile);
        assert_true(settings.fixroot);
        assert_int_equal(settings.view, VIEW_OUTSIDE);
        assert_int_equal(settings.landlock, LANDLOCK_AUTO);
        assert_false(settings.master_accepts);
        assert_false(settings.master_drops);
        assert_false(settings.one_process);
        assert_int_equal(settings.fatal_status, CHROOTSHIM_EXIT_FATAL);
        assert_int_equal(settings.exit_storm, EXIT_STORM_END);
        assert_int_equal(settings.log, LOG_TO_STDERR);
        assert_int_equal(settings.log_level, LEVEL_WARNING);
        assert_int_equal(settings.programs.count, 0);
        assert_int_equal(settings.libraries.count, 0);
}

static void expect_every_setting(struct settings *settings)
{
        assert_string_equal(settings->jail, "/srv/www1");
        assert_string_equal(settings->pidfile, "/run/httpd.pid");
        assert_string_equal(settings->scoreboard, "/run/scoreboard");
        assert_false(settings->fixroot);
        assert_int_equal(settings->view, VIEW_INSIDE);
        assert_int_equal(settings->aliases.count, 1);
        assert_string_equal(settings->aliases.item[0], "/var/www");
        assert_int_equal(settings->programs.count, 2);
        assert_string_equal(settings->programs.item[0], "httpd");
        assert_string_equal(settings->programs.item[1], "/usr/sbin/apache2");
        assert_null(settings->programs.item[2]);
        assert_string_equal(settings->definitions, "/etc/services.conf");
        assert_int_equal(settings->libraries.count, 1);
        assert_string_equal(settings->libraries.item[0], "libm.so.6");
        assert_true(settings->master_accepts);
        assert_true(settings->master_drops);
        assert_true(settings->one_process);
        assert_int_equal(settings->fatal_status, 2);
        assert_int_equal(settings->log, LOG_TO_FILE);
        assert_string_equal(settings->log_path, "/var/log/shim");
        assert_int_equal(settings->log_level, LEVEL_DEBUG);
        settings_release(settings);
}

static void every_key_from_a_file(void **state)
{
        struct settings settings;
        struct failure failure;

        settings_init(&settings);
        assert_int_equal(read_text(&settings,
                                 "# a comment\n"
                                 "jail = \"/srv/www1\";\n"
                                 "pidfile = \"/run/httpd.pid\";\n"
                                 "scoreboard = \"/run/scoreboard\";\n"
                                 "fixroot = false;\n"
                                 "view = \"inside\";\n"
                                 "aliases = [ \"/var/www\" ];\n"
                                 "programs = [ \"httpd\", \"/usr/sbin/apache2\" ];\n"
                                 "definitions = \"/etc/services.conf\";\n"
                                 "libraries = ( \"libm.so.6\" );\n"
                                 "master_accepts = true;\n"
                                 "master_drops = true;\n"
                                 "one_process = true;\n"
                                 "fatal_status = 2;\n"
                                 "log = \"/var/log/shim\";\n"
                                 "log_level = \"debug\";\n",
                                 &failure),
                0);
        expect_every_setting(&settings);
}

static void every_key_from_the_environment(void **state)
{
        static const char *const variables[] = {"PATH=/bin", "CHROOTSHIM_CONFIG=/etc/a",
                "CHROOTSHIM_HELPER=1", "CHROOTSHIM_JAIL=/srv/www1",
                "CHROOTSHIM_PIDFILE=/run/httpd.pid", "CHROOTSHIM_SCOREBOARD=/run/scoreboard",
                "CHROOTSHIM_FIXROOT=false", "CHROOTSHIM_ALIASES=/var/www", "CHROOTSHIM_VIEW=inside",
                "CHROOTSHIM_PROGRAMS=httpd:/usr/sbin/apache2", "CHROOTSHIM_LIBRARIES=libm.so.6",
                "CHROOTSHIM_DEFINITIONS=/etc/services.conf", "CHROOTSHIM_MASTER_ACCEPTS=true",
                "CHROOTSHIM_MASTER_DROPS=true", "CHROOTSHIM_ONE_PROCESS=true",
                "CHROOTSHIM_FATAL_STATUS=2", "CHROOTSHIM_LOG=/var/log/shim",
                "CHROOTSHIM_LOG_LEVEL=debug", NULL};
        struct settings settings;
        struct failure failure;

        settings_init(&settings);
        assert_int_equal(read_variables(&settings, variables, &failure), 0);
        expect_every_setting(&settings);
}

static void a_variable_overrides_the_file(void **state)
{
        static const char *const variables[] = {
                "CHROOTSHIM_JAIL=/srv/b", "CHROOTSHIM_PROGRAMS=c", "CHROOTSHIM_LOG=syslog", NULL};
        struct settings settings;
        struct failure failure;

        settings_init(&settings);
        assert_int_equal(
                read_text(&settings, "jail = \"/srv/a\"; programs = [\"a\", \"b\"]; log = \"/l\";",
                        &failure),
                0);
        assert_int_equal(read_variables(&settings, variables, &failure), 0);
        assert_string_equal(settings.jail, "/srv/b");
        assert_int_equal(settings.programs.count, 1);
        assert_string_equal(settings.programs.item[0], "c");
        assert_int_equal(settings.log, LOG_TO_SYSLOG);
        settings_release(&settings);
}

static void bad_files_are_named_to_the_line(void **state)
{
        static const struct {
                const char *text, *complaint;
        } cases[] = {
                {"jial = \"/srv\";", ":1: jial is no setting"},
                {"\n\njail = 5;", ":3: jail has a value of the wrong type: it must be an absolute"},
                {"jail = \"srv\";", ":1: jail is \"srv\": it must be an absolute path"},
                {"jail = \"\";", ":1: jail is \"\": it must be an absolute path"},
                {"jail = [ \"/srv\" ];", ":1: jail has a value of the wrong type"},
                {"jail = \"/srv\"", NULL},
                {"jail = \"/srv\n", ":"},
                {"", NULL},
                {"# no newline at the end", NULL},
                {"log = \"/a@b\\\"@\"; # @\n// @\n/* @ */", NULL},
                {"/* */ log = \"/\\\\\"; @", ":1: an @ stands for nothing here: write @include"},
                {"\n\n/* a\n# */ log = \"/a\"; /* b\n", ":4: the comment has no end: close"},
                {"log = \"/a\";\n\"/b; \\\"", ":2: the text in quotes has no end: close"},
                {"services = ( { name = \"a\";\nexpose = 1; } );",
                        ":2: services: expose is no list"},
                {"jail /srv", ":1: syntax error"},
                {"jail = \"/a\"; jail = \"/b\";", ":1: duplicate setting name"},
                {"fixroot = \"true\";", ":1: fixroot has a value of the wrong type"},
                {"fixroot = 1;", ":1: fixroot has a value of the wrong type"},
                {"view = \"both\";", ":1: view is \"both\": it must be outside or inside"},
                {"programs = \"httpd\";", ":1: programs is no list"},
                {"programs = [ \"a\", \"bin/httpd\" ];",
                        ":1: programs is \"bin/httpd\": it must be a list of names or absolute"},
                {"programs = [ \"/bin/httpd/\" ];", ":1: programs is \"/bin/httpd/\": it must"},
                {"programs = [ 1 ];", ":1: programs has a value of the wrong type"},
                {"programs = [ \"\" ];", ":1: programs is \"\""},
                {"fatal_status = 0;", ":1: fatal_status is \"0\": it must be a number from 1"},
                {"fatal_status = 256;", ":1: fatal_status is \"256\""},
                {"fatal_status = \"15\";", ":1: fatal_status has a value of the wrong type"},
                {"fatal_status = 15L;", ":1: fatal_status has a value of the wrong type"},
                {"log = \"file\";", ":1: log is \"file\": it must be stderr, syslog or"},
                {"log_level = \"loud\";", ":1: log_level is \"loud\": it must be error,"},
                {"jail : { a = 1; };", ":1: jail has a value of the wrong type"},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
                struct failure failure = {0};
                struct settings settings;

                settings_init(&settings);
                if (!cases[i].complaint) {
                        assert_int_equal(read_text(&settings, cases[i].text, &failure), 0);
                } else {
                        assert_int_equal(read_text(&settings, cases[i].text, &failure), -EINVAL);
                        if (!strstr(said(&failure), cases[i].complaint) ||
                                !strstr(said(&failure), "/conf"))
                                fail_msg("%s: \"%s\"", cases[i].text, said(&failure));
                }
                settings_release(&settings);
        }
}

static void bad_variables_are_named(void **state)
{
        static const struct {
                const char *variable, *complaint;
        } cases[] = {
                {"CHROOTSHIM_JIAL=/srv",
                        "CHROOTSHIM_JIAL is a variable of the environment which is no setting"},
                {"CHROOTSHIM_=1",
                        "CHROOTSHIM_ is a variable of the environment which is no setting"},
                {"CHROOTSHIM_JAIL=srv", "CHROOTSHIM_JAIL is \"srv\": it must be an absolute path"},
                {"CHROOTSHIM_PIDFILE=", "CHROOTSHIM_PIDFILE is \"\""},
                {"CHROOTSHIM_FIXROOT=yes", "CHROOTSHIM_FIXROOT is \"yes\": it must be true or"},
                {"CHROOTSHIM_FATAL_STATUS=+15", "CHROOTSHIM_FATAL_STATUS is \"+15\""},
                {"CHROOTSHIM_FATAL_STATUS=15x", "CHROOTSHIM_FATAL_STATUS is \"15x\""},
                {"CHROOTSHIM_PROGRAMS=a::b", "CHROOTSHIM_PROGRAMS is \"\""},
                {"CHROOTSHIM_LOG=stdout", "CHROOTSHIM_LOG is \"stdout\""},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
                const char *const variables[] = {cases[i].variable, NULL};
                struct failure failure = {0};
                struct settings settings;

                settings_init(&settings);
                assert_int_equal(read_variables(&settings, variables, &failure), -EINVAL);
                if (!strstr(said(&failure), cases[i].complaint))
                        fail_msg("%s: \"%s\"", cases[i].variable, said(&failure));
                settings_release(&settings);
        }
}

static void expect_located(const struct settings *settings, const char *setting,
        const char *service, const char *head, const char *tail)
{
        struct failure failure;

        failure_set(&failure, -ENOENT, "/x", NULL, NULL);
        failure.setting = setting;
        failure.service = service;
        settings_locate(settings, &failure);
        if (strncmp(said(&failure), head, strlen(head)) != 0 ||
                strcmp(said(&failure) + strlen(said(&failure)) - strlen(tail), tail) != 0)
                fail_msg("\"%s\"", said(&failure));
}

static void a_failure_is_located(void **state)
{
        static const char *const variables[] = {
                "CHROOTSHIM_EXPOSE=/a", "CHROOTSHIM_PIDFILE=/b", NULL};
        struct settings settings;
        struct failure failure;

        settings_init(&settings);
        assert_int_equal(read_text(&settings,
                                 "jail = \"/srv/a\"; expose = [\"/b\"];\nservices = ( \"dns\", "
                                 "{ name = \"log\"; } );\nlog = \"stderr\";\n",
                                 &failure),
                0);
        assert_int_equal(read_variables(&settings, variables, &failure), 0);
        expect_located(
                &settings, "jail", NULL, "/", "/conf:1: jail: /x: No such file or directory");
        expect_located(&settings, "expose", NULL, "CHROOTSHIM_EXPOSE: /x: No such", "directory");
        expect_located(&settings, "services", "dns", "/",
                "/conf:2: services: dns: /x: No such file "
                "or directory");
        /* A service may have the name of a key. */
        expect_located(&settings, "services", "log", "/",
                "/conf:2: services: log: /x: No such file "
                "or directory");
        expect_located(&settings, "none", NULL, "none: /x: No such", "directory");
        expect_located(&settings, NULL, NULL, "/x: No such", "directory");
        settings_release(&settings);
}

static void an_empty_list_is_none(void **state)
{
        static const char *const variables[] = {"CHROOTSHIM_PROGRAMS=", NULL};
        struct settings settings;
        struct failure failure;

        settings_init(&settings);
        assert_int_equal(read_text(&settings, "programs = [ \"a\" ];", &failure), 0);
        assert_int_equal(read_variables(&settings, variables, &failure), 0);
        assert_int_equal(settings.programs.count, 0);
        settings_release(&settings);
}

static void expect_unreadable(const char *path, const char *text)
{
        struct failure failure = {0};
        struct settings settings;

        settings_init(&settings);
        assert_true(settings_read_file(&settings, path, true, SETTINGS_VARIABLE, &failure) < 0);
        if (!strstr(said(&failure), text) || !strstr(said(&failure), path))
                fail_msg("\"%s\"", said(&failure));
        settings_release(&settings);
}

static void unreadable_files(void **state)
{
        const char *large = temporary_write("large", "");
        struct failure failure;
        struct settings settings;
        FILE *binary;

        expect_unreadable(temporary_path("none"), "No such file");
        expect_unreadable(temporary_path("."), "not a regular file");
        assert_int_equal(mkfifo(temporary_path("fifo"), 0600), 0);
        expect_unreadable(temporary_path("fifo"), "not a regular file");
        assert_int_equal(truncate(large, SETTINGS_FILE_LIMIT + 1), 0);
        expect_unreadable(large, "not a regular file of at most");
        binary = fopen(temporary_path("binary"), "w");
        fwrite("a = 1;\0", 1, 8, binary);
        fclose(binary);
        expect_unreadable(temporary_path("binary"), "has a NUL byte");

        settings_init(&settings);
        assert_int_equal(settings_read_file(&settings, temporary_path("none"), false,
                                 SETTINGS_VARIABLE, &failure),
                0);
}

static void programs_by_name_and_path(void **state)
{
        static const char *const variables[] = {"CHROOTSHIM_PROGRAMS=httpd:/opt/bin/nginx", NULL};
        struct settings settings;
        struct failure failure;

        settings_init(&settings);
        assert_int_equal(read_variables(&settings, variables, &failure), 0);
        assert_true(settings_lists_program(&settings, "/usr/sbin/httpd"));
        assert_true(settings_lists_program(&settings, "httpd"));
        assert_true(settings_lists_program(&settings, "/opt/bin/nginx"));
        assert_false(settings_lists_program(&settings, "/usr/bin/nginx"));
        assert_false(settings_lists_program(&settings, "/usr/sbin/httpd2"));
        settings_release(&settings);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(defaults),
                cmocka_unit_test(every_key_from_a_file),
                cmocka_unit_test(every_key_from_the_environment),
                cmocka_unit_test(a_variable_overrides_the_file),
                cmocka_unit_test(bad_files_are_named_to_the_line),
                cmocka_unit_test(bad_variables_are_named),
                cmocka_unit_test(a_failure_is_located),
                cmocka_unit_test(an_empty_list_is_none),
                cmocka_unit_test(unreadable_files),
                cmocka_unit_test(programs_by_name_and_path),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
