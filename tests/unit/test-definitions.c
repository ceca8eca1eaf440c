/* Tests of shim/supply/definitions: which definitions are taken, what comes along, and whether
 * those of services.conf can be used.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/definitions.h"

#include "settings/file.h"
#include "supply/services.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Arrays, since a setting's strings are not constant; the last is followed by NULL. */
#define TEXT(text) ((char[]){text})
#define LIST(...)                                                                                  \
        {                                                                                          \
                .item = (char *[]){__VA_ARGS__, NULL},                                             \
                .count = sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)                          \
        }

static int complete(struct settings *settings, const char *name, struct failure *failure)
{
        assert_int_equal(setting_list_add(&settings->services, name), 0);
        return definitions_complete(settings, failure);
}

static void only_what_is_asked_for(void **state)
{
        struct service_definition again = {.name = TEXT("one")};
        struct service_definition two = {.name = TEXT("two"), .next = &again};
        struct service_definition one = {.name = TEXT("one"), .next = &two};
        struct settings settings = {.packaged = &one};
        struct failure failure;

        assert_int_equal(complete(&settings, "one", &failure), 0);
        assert_ptr_equal(settings.packaged, &two);
        assert_null(two.next);
        assert_non_null(settings.defined);
        assert_string_equal(settings.defined->name, "one");
        assert_string_equal(settings.defined->next->name, "one");
        assert_null(settings.defined->next->next);
        assert_int_equal(settings.services.count, 1);
        setting_list_clear(&settings.services);
}

static void the_file_is_read_only_if_it_must_be(void **state)
{
        struct service_definition own = {.name = TEXT("own")};
        struct settings settings = {.defined = &own, .definitions = TEXT("/none/services.conf")};
        struct failure failure;

        assert_int_equal(complete(&settings, "dns", &failure), 0);
        assert_int_equal(complete(&settings, "own", &failure), 0);
        assert_int_equal(complete(&settings, "other", &failure), -ENOENT);
        assert_string_equal(said(&failure),
                "/none/services.conf: No such file or directory: name a readable file by "
                "CHROOTSHIM_DEFINITIONS, or unset it");
        setting_list_clear(&settings.services);
}

/* Nobody would look for it in the file. */
static void a_built_in_name_is_refused(void **state)
{
        struct service_definition dns = {.name = TEXT("dns"), .file = "/services.conf", .line = 7};
        struct service_definition own = {.name = TEXT("own"), .next = &dns};
        struct settings settings = {.packaged = &own};
        struct failure failure = {0};

        assert_int_equal(complete(&settings, "own", &failure), -EINVAL);
        if (strncmp(said(&failure), "/services.conf:7: services: dns is built in", 43) != 0)
                fail_msg("\"%s\"", said(&failure));
        setting_list_clear(&settings.services);
}

static void what_is_included_comes_once(void **state)
{
        struct service_definition third = {
                .name = TEXT("third"), .services = LIST(TEXT("first"), TEXT("dns"))};
        struct service_definition second = {
                .name = TEXT("second"), .services = LIST(TEXT("third"), TEXT("second"))};
        struct service_definition first = {.name = TEXT("first"),
                .services = LIST(TEXT("second"), TEXT("tls")),
                .next = &second};
        struct settings settings = {.defined = &first, .packaged = &third};
        static const char *const names[] = {"first", "second", "tls", "third", "dns"};
        struct failure failure;

        assert_int_equal(complete(&settings, "first", &failure), 0);
        assert_int_equal(services_check(&settings, &failure), 0);
        assert_int_equal(settings.services.count, COUNT(names));
        for (size_t i = 0; i < COUNT(names); i++)
                assert_string_equal(settings.services.item[i], names[i]);
        setting_list_clear(&settings.services);
}

static void complaints_name_who_includes(void **state)
{
        struct service_definition other = {.name = TEXT("other")};
        struct service_definition blog = {
                .name = TEXT("blog"), .services = LIST(TEXT("sql"), TEXT("system"))};
        struct settings settings = {.defined = &blog, .packaged = &other};
        struct failure failure = {0};

        assert_int_equal(complete(&settings, "blog", &failure), 0);
        assert_int_equal(services_check(&settings, &failure), -EINVAL);
        if (!strstr(said(&failure), "services: blog: \"sql\" is none: there are files, dns, ") ||
                !strstr(said(&failure), "/services.conf there are other"))
                fail_msg("\"%s\"", said(&failure));
        memcpy(settings.services.item[1], "dns", sizeof("dns"));
        assert_int_equal(services_check(&settings, &failure), -EINVAL);
        assert_non_null(strstr(said(&failure), "\"system\" is too much to be copied"));
        setting_list_clear(&settings.services);
}

/* The names in services.conf. */
static void read_packaged(struct settings *settings)
{
        struct failure failure;

        settings_init(settings);
        if (settings_read_file(settings, DEFINITIONS_FILE, true, "", &failure) != 0)
                fail_msg("%s", said(&failure));
        settings->packaged = settings->defined;
        settings->defined = NULL;
}

static void expect_usable(const char *name, enum setting_isolation isolation)
{
        struct exposures exposures = {0};
        struct settings settings;
        struct jail jail = {0};
        struct failure failure;

        read_packaged(&settings);
        setting_list_clear(&settings.services);
        settings.isolation = isolation;
        path_prefixes_set(&jail.prefixes, "/srv/www1", "/srv/www1");
        if (complete(&settings, name, &failure) != 0 || services_check(&settings, &failure) != 0 ||
                services_expose(&settings, &jail, &exposures, &failure) != 0 ||
                exposures_check_settings(&exposures, isolation, &failure) != 0)
                fail_msg("%s: %s", name, said(&failure));
        assert_true(services_include(&settings, "php"));
        for (size_t i = 0; i < exposures.count; i++)
                free(exposures.item[i].source);
        free(exposures.item);
        settings_release(&settings);
}

static void all_packaged_ones_are_usable(void **state)
{
        static const char *const names[] = {
                "wordpress", "mediawiki", "phpmyadmin", "roundcube", "dokuwiki", "nextcloud"};
        const struct service_definition *definition;
        struct settings settings;

        read_packaged(&settings);
        for (size_t i = 0; i < COUNT(names); i++)
                assert_non_null(service_defined(settings.packaged, names[i]));
        for (definition = settings.packaged; definition; definition = definition->next) {
                /* A name that is built in would never be looked for in the file. */
                assert_null(service_named(definition->name));
                assert_null(service_defined(definition->next, definition->name));
                expect_usable(definition->name, ISOLATION_CHROOT);
                expect_usable(definition->name, ISOLATION_NAMESPACE);
        }
        settings_release(&settings);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_what_is_asked_for),
                cmocka_unit_test(the_file_is_read_only_if_it_must_be),
                cmocka_unit_test(a_built_in_name_is_refused),
                cmocka_unit_test(what_is_included_comes_once),
                cmocka_unit_test(complaints_name_who_includes),
                cmocka_unit_test(all_packaged_ones_are_usable),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
