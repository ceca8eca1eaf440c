/* Tests of paths with tokens that stand for a user. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/template.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct failure failure;
static char path[64];

static const char *expanded(const char *text, const char *name, uid_t uid)
{
        return template_expand(text, name, uid, path, sizeof(path), &failure) == 0 ? path : NULL;
}

static const char *fixed(const char *text)
{
        return template_fixed(text, path, sizeof(path), &failure) == 0 ? path : NULL;
}

static void tokens_become_the_user(void **state)
{
        (void)state;
        assert_string_equal(expanded("/srv/jails/%u", "alice", 1001), "/srv/jails/alice");
        assert_string_equal(expanded("/srv/%U/%u-x", "bob", 7), "/srv/7/bob-x");
        assert_string_equal(expanded("/srv/100%%/%u", "bob", 7), "/srv/100%/bob");
        assert_string_equal(expanded("/srv/%%u", "bob", 7), "/srv/%u");
        assert_string_equal(expanded("/srv/%U", "last", 4294967294U), "/srv/4294967294");
        assert_string_equal(expanded("/srv/%u", "100%U", 7), "/srv/100%U");
}

static void a_name_that_leads_elsewhere_is_refused(void **state)
{
        const char *const names[] = {"", ".", "..", "a/b", "/", "../alice", "a\nb", "\x7f", "-rf",
                "alice,writable", "*", "?lice", "[ab]ob"};

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                assert_null(expanded("/srv/%u", names[i], 5));
                assert_null(expanded("/srv/%U", names[i], 5));
                assert_non_null(strstr(failure.reason, "uid 5"));
        }
        assert_null(expanded("/srv/%u", NULL, 5));
        assert_non_null(strstr(failure.reason, "uid 5 has no name"));
        assert_string_equal(expanded("/srv/%u", "...", 5), "/srv/...");
        assert_string_equal(expanded("/srv/%u", ".hidden", 5), "/srv/.hidden");
}

static void what_does_not_fit_is_refused(void **state)
{
        char name[80];

        (void)state;
        memset(name, 'a', sizeof(name));
        name[64 - sizeof("/srv/")] = '\0';
        assert_non_null(expanded("/srv/%u", name, 5));
        assert_int_equal(
                template_expand("/srvs/%u", name, 5, path, sizeof(path), &failure), -ENAMETOOLONG);
}

static void what_stands_for_nothing_is_refused(void **state)
{
        (void)state;
        assert_int_equal(template_check("/srv/%h", &failure), -EINVAL);
        assert_string_equal(failure.reason, "\"%h\" stands for nothing");
        assert_int_equal(template_check("/srv/%", &failure), -EINVAL);
        assert_string_equal(failure.reason, "it ends in %");
        assert_int_equal(template_check("/srv/%%%", &failure), -EINVAL);
        assert_int_equal(template_check("/srv/%%%u/%U", &failure), 0);
        assert_int_equal(template_check("/srv/www1", &failure), 0);
}

static void a_token_makes_a_template(void **state)
{
        (void)state;
        assert_true(template_has_tokens("/srv/%u"));
        assert_true(template_has_tokens("/srv/%%%U/x"));
        assert_false(template_has_tokens("/srv/%%u"));
        assert_false(template_has_tokens("/srv/%"));
        assert_false(template_has_tokens("/srv/www1"));
}

static void the_fixed_part_ends_before_the_first_token(void **state)
{
        (void)state;
        assert_string_equal(fixed("/srv/jails/%u"), "/srv/jails");
        assert_string_equal(fixed("/srv/jails//%u/root"), "/srv/jails");
        assert_string_equal(fixed("/srv/www-%u"), "/srv");
        assert_string_equal(fixed("/srv/100%%/%U"), "/srv/100%");
        assert_string_equal(fixed("/%u"), "/");
        assert_string_equal(fixed("/srv/www1"), "/srv/www1");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(tokens_become_the_user),
                cmocka_unit_test(a_name_that_leads_elsewhere_is_refused),
                cmocka_unit_test(what_does_not_fit_is_refused),
                cmocka_unit_test(what_stands_for_nothing_is_refused),
                cmocka_unit_test(a_token_makes_a_template),
                cmocka_unit_test(the_fixed_part_ends_before_the_first_token),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
