/* Tests of shim/command/nginx_config: what `nginx -T` prints, as a list of directives. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/nginx_config.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define MAIN "# configuration file /etc/nginx/nginx.conf:\n"

/* All directives as "name parameter parameter;", in one text. */
static void expect(const char *dump, const char *expected)
{
        struct nginx_config config = {0};
        char text[4096] = "";

        nginx_config_parse(&config, dump);
        for (size_t i = 0; i < config.count; i++) {
                for (size_t j = 0; j < config.item[i].count; j++) {
                        strcat(text, j > 0 ? " " : "");
                        strcat(text, config.item[i].word[j]);
                }
                strcat(text, ";");
        }
        assert_string_equal(text, expected);
        nginx_config_release(&config);
}

static void words(void **state)
{
        expect("", "");
        expect("nothing is in front of a file;\n", "");
        expect(MAIN "user a b;", "user a b;");
        expect(MAIN "root /a;root\n\t/b ;", "root /a;root /b;");
        expect(MAIN "root \"/a b\"; # root /no;\nroot '/c;{}';", "root /a b;root /c;{};");
        expect(MAIN "root /a\\ b; root \"/a\\\"b\";", "root /a b;root /a\"b;");
        expect(MAIN "root /a/${host}/b;", "root /a/${host}/b;");
        expect(MAIN "server { root /a; } user a;", "server;root /a;user a;");
        expect(MAIN "root /is/cut/off", "root /is/cut/off;");
        expect(MAIN "} } user a; {", "user a;");
        expect(MAIN "content_by_lua_block { if x { root /no; } } user a;",
                "content_by_lua_block;user a;");
}

static void places(void **state)
{
        struct nginx_config config = {0};
        const struct nginx_directive *root;
        char *where;

        nginx_config_parse(&config, MAIN "http {\n  upstream a {\n    server unix:/b;\n  }\n"
                                         "  server {\n    root /a;\n  }\n}\nroot /c;\n");
        root = nginx_config_next(&config, NULL, "root");
        where = nginx_config_where(root);
        assert_string_equal(where, "/etc/nginx/nginx.conf:6: root");
        free(where);
        assert_true(nginx_config_within(&config, root, "server"));
        assert_true(nginx_config_within(&config, root, "http"));
        assert_false(nginx_config_within(&config, root, "upstream"));
        assert_true(nginx_config_within(
                &config, nginx_config_next(&config, NULL, "server"), "upstream"));
        root = nginx_config_next(&config, root, "root");
        assert_int_equal(root->block, NGINX_NO_BLOCK);
        assert_null(nginx_config_next(&config, root, "root"));
        nginx_config_release(&config);
}

/* nginx prints each file once, wherever it is included; its directives belong to that place. */
static void includes(void **state)
{
        static const char dump[] = MAIN "http {\n  include sites/*;\n  include /srv/b.conf;\n}\n"
                                        "# configuration file /etc/nginx/sites/a:\n"
                                        "server {\n  root /a;\n}\n"
                                        "# configuration file /srv/b.conf:\n"
                                        "root /b;\ninclude /srv/b.conf;\n";
        struct nginx_config config = {0};
        const struct nginx_directive *root;

        nginx_config_parse(&config, dump);
        root = nginx_config_next(&config, NULL, "root");
        assert_string_equal(root->file, "/etc/nginx/sites/a");
        assert_int_equal(root->line, 2);
        assert_true(nginx_config_within(&config, root, "http"));
        root = nginx_config_next(&config, root, "root");
        assert_string_equal(root->word[1], "/b");
        assert_true(nginx_config_within(&config, root, "http"));
        /* It includes itself, but not for ever. */
        assert_true(config.count < 100);
        nginx_config_release(&config);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(words),
                cmocka_unit_test(places),
                cmocka_unit_test(includes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
