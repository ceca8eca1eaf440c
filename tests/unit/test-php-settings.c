/* Tests of shim/command/ini_file and php_settings: what php.ini says, and what overrides it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/ini_file.h"
#include "command/check/php_settings.h"

#include "temporary.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(void *context, const struct ini_entry *entry)
{
        char *text = context;

        sprintf(text + strlen(text), "[%s]%s=%s@%u;", entry->section, entry->name, entry->value,
                entry->line);
}

static const struct {
        const char *text, *with_comments, *without;
} texts[] = {
        {"", "", ""},
        {"a = b", "[]a=b@1;", "[]a=b@1;"},
        {"; a = b\n# a = b\n\n a=b \r\n", "[]a=b@4;", "[]a=b@4;"},
        {"[s]\na = b ; c\n", "[s]a=b@2;", "[s]a=b ; c@2;"},
        {"a = \"b ; c\" ; d", "[]a=b ; c@1;", "[]a=b ; c@1;"},
        {"a = 'b", "[]a=b@1;", "[]a=b@1;"},
        {"a =\n= b\nno setting\n[open\n", "[]a=@1;", "[]a=@1;"},
        {"[one]\n[two]\n\ta.b[c] = d = e", "[two]a.b[c]=d = e@3;", "[two]a.b[c]=d = e@3;"},
};

static void parsed(void **state)
{
        for (size_t i = 0; i < COUNT(texts); i++) {
                char found[512] = "";

                ini_parse(texts[i].text, true, add, found);
                assert_string_equal(found, texts[i].with_comments);
                found[0] = '\0';
                ini_parse(texts[i].text, false, add, found);
                assert_string_equal(found, texts[i].without);
        }
}

/* The last of several counts, an empty one is as good as none, and one host's are not everybody's.
 */
static void overridden(void **state)
{
        struct php_settings settings = {0};
        const struct php_setting *setting;
        char *path;

        temporary_write("20-b.ini", "extension=mysqli.so\nerror_log = /b\n");
        temporary_write("10-a.ini", "zend_extension = /usr/lib/php/opcache.so\nerror_log = /a\n");
        temporary_write("no", "error_log = /no\n");
        temporary_write("30-c.ini", "sys_temp_dir = /c\n[HOST=a]\nsys_temp_dir = /d\n");
        php_settings_scan(&settings, temporary_path("."));
        setting = php_settings_find(&settings, "error_log");
        assert_string_equal(setting->value, "/b");
        assert_true(asprintf(&path, "%s/20-b.ini:2: error_log", temporary_path(".")) > 0);
        assert_string_equal(setting->where, path);
        free(path);
        assert_string_equal(php_settings_find(&settings, "sys_temp_dir")->value, "/c");
        assert_true(php_settings_loads(&settings, "mysqli"));
        assert_true(php_settings_loads(&settings, "opcache"));
        assert_false(php_settings_loads(&settings, "mysql"));
        php_settings_set(&settings, "error_log", "", "here");
        assert_null(php_settings_find(&settings, "error_log"));
        php_settings_release(&settings);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(parsed),
                cmocka_unit_test(overridden),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
