/* Tests of shim/command/httpd_config: what httpd takes a configuration for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/httpd_config.h"
#include "command/check/httpd_files.h"
#include "temporary.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct httpd_config config;

static int release(void **state)
{
        httpd_config_release(&config);
        return 0;
}

static const struct httpd_directive *parse(const char *text)
{
        httpd_config_parse(&config, text, "conf", false);
        return config.item;
}

static void words_are_separated_and_lose_their_quotes(void **state)
{
        static const struct {
                const char *text;
                const char *words[4];
        } cases[] = {
                {"Alias /a /b", {"/a", "/b"}},
                {"  Alias\t/a   /b  \r", {"/a", "/b"}},
                {"Alias /a\v\f/b\f", {"/a", "/b"}},
                {"Alias \"/a b\" '/c d'", {"/a b", "/c d"}},
                {"Alias \"a \\\"b\\\" c\" x", {"a \"b\" c", "x"}},
                {"Alias \"a\\\\b\" 'it\\'s'", {"a\\b", "it's"}},
                {"Alias a\\b", {"a\\b"}},
                {"ErrorDocument 404 \"not closed", {"404", "not closed"}},
                {"Alias \"\" x", {"", "x"}},
                {"Alias", {NULL}},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
                size_t count = 0;

                parse(cases[i].text);
                while (cases[i].words[count])
                        count++;
                assert_int_equal(config.count, 1);
                assert_int_equal(config.item[0].count, count);
                for (size_t word = 0; word < count; word++)
                        assert_string_equal(config.item[0].argument[word], cases[i].words[word]);
                assert_null(config.item[0].argument[count]);
                httpd_config_release(&config);
        }
}

static void lines_are_counted_and_continued(void **state)
{
        const struct httpd_directive *item =
                parse("# a comment\n\nAlias /a \\\n  /b\n  # another \\\nof two lines\nUser x");

        assert_int_equal(config.count, 2);
        assert_string_equal(item[0].argument[1], "/b");
        assert_int_equal(item[0].line, 3);
        assert_string_equal(item[1].name, "User");
        assert_int_equal(item[1].line, 7);
}

static void sections_hold_what_is_in_them(void **state)
{
        const struct httpd_directive *item = parse("<VirtualHost *:80>\n<Directory \"/a b\">\n"
                                                   "Require all granted\n</Directory>\nUser x\n"
                                                   "</VirtualHost>\nGroup y\n");

        assert_int_equal(config.count, 5);
        assert_true(item[0].begins && item[1].begins && !item[2].begins);
        assert_string_equal(item[1].argument[0], "/a b");
        assert_ptr_equal(httpd_config_section(&config, &item[2]), &item[1]);
        assert_ptr_equal(httpd_config_section(&config, &item[1]), &item[0]);
        assert_ptr_equal(httpd_config_section(&config, &item[3]), &item[0]);
        assert_null(httpd_config_section(&config, &item[4]));
}

static void an_end_without_a_begin_is_passed_over(void **state)
{
        parse("</Directory>\nUser x\n<Directory /a>\nGroup y\n");
        assert_int_equal(config.count, 3);
        assert_null(httpd_config_section(&config, &config.item[0]));
}

static void variables_are_put_in(void **state)
{
        const struct httpd_directive *item;

        setenv("HTTPD_CONFIG_TEST", "/env", 1);
        item = parse("Define jail /srv/a\nDefine jail /srv/b\nAlias ${jail}/x \"${jail}${none}\"\n"
                     "Alias ${HTTPD_CONFIG_TEST}/y ${open\n");
        assert_string_equal(item[2].argument[0], "/srv/b/x");
        assert_string_equal(item[2].argument[1], "/srv/b${none}");
        assert_string_equal(item[3].argument[0], "/env/y");
        assert_string_equal(item[3].argument[1], "${open");
}

/* As mod_info prints it. */
static void a_dump_tells_files_and_lines(void **state)
{
        const struct httpd_directive *item;

        httpd_config_parse(&config,
                "# In file: /etc/a.conf\n#  12:\nUser x\n# In file: /etc/b.conf\n"
                "# 105:\n<Directory /srv>\n  # 106:\n  Options ${kept}\n</Directory>\n",
                "", true);
        item = config.item;
        assert_int_equal(config.count, 3);
        assert_string_equal(item[0].file, "/etc/a.conf");
        assert_int_equal(item[0].line, 12);
        assert_string_equal(item[2].file, "/etc/b.conf");
        assert_int_equal(item[2].line, 106);
        assert_string_equal(item[2].argument[0], "${kept}");
}

static void directives_are_found_whatever_their_case(void **state)
{
        const struct httpd_directive *first, *second;
        char *where;

        parse("alias /a /b\nUser x\nALIAS /c /d\n");
        first = httpd_config_next(&config, NULL, "Alias");
        second = httpd_config_next(&config, first, "Alias");
        assert_string_equal(first->argument[0], "/a");
        assert_string_equal(second->argument[0], "/c");
        assert_null(httpd_config_next(&config, second, "Alias"));
        where = httpd_config_where(second);
        assert_string_equal(where, "conf:3: ALIAS");
        free(where);
}

static void paths_begin_at_the_server_root(void **state)
{
        static const struct {
                const char *root, *argument, *path;
        } cases[] = {
                {"/etc/apache2", "logs/a", "/etc/apache2/logs/a"},
                {"/etc/apache2", "/a", "/a"},
                {NULL, "a", "a"},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
                struct httpd_config rooted = {.root = (char *)(uintptr_t)cases[i].root};
                char *path = httpd_config_path(&rooted, cases[i].argument);

                assert_string_equal(path, cases[i].path);
                free(path);
        }
}

/* Of what is kept after pruning, the users. */
static void expect_users(const char *text, const char *expected)
{
        const struct httpd_directive *directive = NULL;
        char found[64] = "";

        parse(text);
        httpd_config_add_module(&config, "rewrite_module");
        httpd_config_add_module(&config, "mpm_event_module");
        httpd_files_prune(&config);
        while ((directive = httpd_config_next(&config, directive, "User")))
                strncat(found, directive->argument[0], sizeof(found) - strlen(found) - 1);
        assert_string_equal(found, expected);
        httpd_config_release(&config);
}

static void conditions_hold_or_not(void **state)
{
        expect_users("<IfModule mod_rewrite.c>\nUser a\n</IfModule>\n"
                     "<IfModule !mod_rewrite.c>\nUser b\n</IfModule>\n"
                     "<IfModule rewrite_module>\nUser c\n</IfModule>\n"
                     "<IfModule mod_ssl.c>\nUser d\n<IfModule mod_rewrite.c>\nUser e\n"
                     "</IfModule>\n</IfModule>\n<IfModule event.c>\nUser f\n</IfModule>\n"
                     "<IfModule prefork.c>\nUser g\n</IfModule>\nUser h\n",
                "acfh");
        expect_users("Define x\n<IfDefine x>\nUser a\n</IfDefine>\n<IfDefine !x>\nUser b\n"
                     "</IfDefine>\n<IfDefine y>\nUser c\n</IfDefine>\n",
                "a");
        expect_users("<IfFile /etc/passwd>\nUser a\n</IfFile>\n<IfFile /nonexistent>\nUser b\n"
                     "</IfFile>\n<IfVersion >= 2.4>\nUser c\n</IfVersion>\n",
                "ac");
        expect_users("<Macro site $name>\nUser a\n</Macro>\n<Perl>\nUser b\n</Perl>\n", "");
}

/* What httpd says of the files that it has read, each of which counts once. */
static void files_are_read_where_they_are_named(void **state)
{
        char includes[1024];
        const char *one = temporary_write("a.conf", "User a\n");
        const char *other = temporary_write("b.conf", "User b\n");

        snprintf(includes, sizeof(includes),
                "Included configuration files:\n  (*) %s\n    (12) %s\n    (14) %s\n"
                "  (3) /nonexistent/gone.conf\n",
                one, other, other);
        httpd_files_read(&config, includes);
        assert_int_equal(config.count, 2);
        assert_string_equal(config.item[1].argument[0], "b");
        assert_string_equal(strrchr(config.item[1].file, '/'), "/b.conf");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(words_are_separated_and_lose_their_quotes),
                cmocka_unit_test_teardown(lines_are_counted_and_continued, release),
                cmocka_unit_test_teardown(sections_hold_what_is_in_them, release),
                cmocka_unit_test_teardown(an_end_without_a_begin_is_passed_over, release),
                cmocka_unit_test_teardown(variables_are_put_in, release),
                cmocka_unit_test_teardown(a_dump_tells_files_and_lines, release),
                cmocka_unit_test_teardown(directives_are_found_whatever_their_case, release),
                cmocka_unit_test(paths_begin_at_the_server_root),
                cmocka_unit_test(conditions_hold_or_not),
                cmocka_unit_test_teardown(files_are_read_where_they_are_named, release),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
