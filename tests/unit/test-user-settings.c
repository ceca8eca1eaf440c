/* Tests of the settings of one user, where each user has a jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/user_settings.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct failure failure;

static char *copy(const char *text)
{
        char *made = strdup(text);

        assert_non_null(made);
        return made;
}

static struct settings template(void)
{
        struct settings settings;

        settings_init(&settings);
        settings.jail = copy("/srv/jails/%u");
        settings.pidfile = copy("/run/server.pid");
        settings.log = LOG_TO_FILE;
        settings.log_path = copy("/var/log/%u.log");
        assert_int_equal(setting_list_add(&settings.expose, "/srv/data/%U,writable"), 0);
        assert_int_equal(setting_list_add(&settings.aliases, "/home/%u"), 0);
        assert_int_equal(setting_list_add(&settings.services, "dns"), 0);
        settings.defined = calloc(1, sizeof(*settings.defined));
        assert_non_null(settings.defined);
        settings.defined->name = copy("mine");
        assert_int_equal(setting_list_add(&settings.defined->expose, "/srv/%u/mine"), 0);
        return settings;
}

static void all_tokens_are_replaced_and_the_rest_is_shared(void **state)
{
        struct settings settings = template(), one;

        (void)state;
        assert_int_equal(user_settings_make(&settings, "alice", 7, &one, &failure), 0);
        assert_string_equal(one.jail, "/srv/jails/alice");
        assert_string_equal(one.log_path, "/var/log/alice.log");
        assert_string_equal(one.expose.item[0], "/srv/data/7,writable");
        assert_string_equal(one.aliases.item[0], "/home/alice");
        assert_string_equal(one.defined->expose.item[0], "/srv/alice/mine");
        assert_ptr_equal(one.defined->name, settings.defined->name);
        assert_ptr_equal(one.pidfile, settings.pidfile);
        assert_ptr_equal(one.services.item, settings.services.item);
        user_settings_release(&one);
        assert_string_equal(settings.defined->expose.item[0], "/srv/%u/mine");
        assert_string_equal(settings.jail, "/srv/jails/%u");
        settings_release(&settings);
}

static void a_name_that_is_none_is_refused(void **state)
{
        struct settings settings = template(), one;

        (void)state;
        assert_int_equal(user_settings_make(&settings, "..", 7, &one, &failure), -EINVAL);
        assert_string_equal(failure.setting, "jail");
        user_settings_release(&one);
        settings_release(&settings);
}

static void the_servers_own_paths_have_no_tokens(void **state)
{
        struct settings settings = template();

        (void)state;
        assert_true(settings_are_template(&settings));
        assert_true(user_settings_have_log(&settings));
        assert_int_equal(user_settings_check(&settings, &failure), 0);
        free(settings.pidfile);
        settings.pidfile = copy("/run/%u.pid");
        assert_int_equal(user_settings_check(&settings, &failure), -EINVAL);
        assert_string_equal(failure.setting, "pidfile");
        settings_release(&settings);
}

static void without_a_token_in_jail_none_means_anything(void **state)
{
        struct settings settings = template();

        (void)state;
        free(settings.jail);
        settings.jail = copy("/srv/www1");
        assert_int_equal(setting_list_add(&settings.expose, "/srv/100%"), 0);
        assert_false(settings_are_template(&settings));
        assert_false(user_settings_have_log(&settings));
        assert_int_equal(user_settings_check(&settings, &failure), 0);
        settings_release(&settings);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_tokens_are_replaced_and_the_rest_is_shared),
                cmocka_unit_test(a_name_that_is_none_is_refused),
                cmocka_unit_test(the_servers_own_paths_have_no_tokens),
                cmocka_unit_test(without_a_token_in_jail_none_means_anything),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
