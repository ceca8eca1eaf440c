/* Tests of shim/supply/services: the table's rows, and how a configuration chooses and extends
 * them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/services.h"

#include "supply/service_texts.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct jail jail;

static int make(void **state)
{
        path_prefixes_set(&jail.prefixes, "/srv/www1", "/srv/www1");
        return 0;
}

static const char *const names[] = {
#define NAME(name, brings, under_chroot) name,
        SERVICE_TEXTS(NAME)
#undef NAME
};

static void release(struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++)
                free(exposures->item[i].source);
        free(exposures->item);
        *exposures = (struct exposures){0};
}

static void every_row_can_be_exposed(void **state)
{
        for (size_t i = 0; i < COUNT(names); i++) {
                const struct service *service = service_named(names[i]);
                const char *const *text, *const *library;
                struct exposures exposures = {0};
                struct failure failure;

                assert_non_null(service);
                assert_string_equal(service->name, names[i]);
                assert_ptr_equal(service, service_at(i));
                /* Only the shim's own path is not known here. */
                assert_int_equal(!service->expose, strcmp(names[i], SERVICE_SHIM) == 0);
                if (!service->expose)
                        continue;
                for (text = service->expose; *text; text++)
                        if (exposures_add(&exposures, &jail, *text, names[i], &failure) != 0)
                                fail_msg("%s", said(&failure));
                assert_int_equal(exposures.count, text - service->expose);
                assert_true(exposures.count > 0);
                for (library = service->libraries; library && *library; library++)
                        assert_true(strstr(*library, ".so.") && !strchr(*library, '/'));
                release(&exposures);
        }
        assert_null(service_at(COUNT(names)));
        assert_null(service_named("none"));
        assert_null(service_named(""));
        assert_null(service_named("DNS"));
}

static struct setting_list list(char **items)
{
        struct setting_list result = {.item = items};

        while (items[result.count])
                result.count++;
        return result;
}

/* Arrays, since a setting's strings are not constant; the last is followed by NULL. */
#define TEXT(text) ((char[]){text})
#define LIST(...) list((char *[]){__VA_ARGS__, NULL})

static void names_are_checked(void **state)
{
        struct service_definition own = {.name = TEXT("own")};
        struct settings settings = {.services = LIST(TEXT("dns"), TEXT("own"))};
        struct failure failure = {0};

        assert_int_equal(services_check(&settings, &failure), -EINVAL);
        assert_non_null(strstr(said(&failure), "services: \"own\" is none"));
        for (size_t i = 0; i < COUNT(names); i++)
                assert_non_null(strstr(said(&failure), names[i]));
        settings.defined = &own;
        assert_int_equal(services_check(&settings, &failure), 0);
        settings.services = LIST(TEXT("own"), TEXT("Dns"));
        assert_int_equal(services_check(&settings, &failure), -EINVAL);
        assert_non_null(strstr(said(&failure), "\"Dns\""));
        settings.services.count = 0;
        assert_int_equal(services_check(&settings, &failure), 0);
        settings.isolation = ISOLATION_NAMESPACE;
        for (size_t i = 0; i < COUNT(names); i++) {
                char *one[] = {(char *)(uintptr_t)names[i], NULL};

                settings.services = list(one);
                assert_int_equal(services_check(&settings, &failure), 0);
        }
}

static void the_whole_system_is_not_copied(void **state)
{
        struct settings settings = {.services = LIST(TEXT("system"))};
        struct failure failure = {0};

        assert_int_equal(services_check(&settings, &failure), -EINVAL);
        assert_string_equal(said(&failure),
                "services: \"system\" is too much to be copied into the jail: set isolation = "
                "\"namespace\"");
        settings.isolation = ISOLATION_NAMESPACE;
        assert_int_equal(services_check(&settings, &failure), 0);
}

static const struct exposure *find(const struct exposures *exposures, const char *target)
{
        for (size_t i = 0; i < exposures->count; i++)
                if (strcmp(exposures->item[i].target, target) == 0)
                        return &exposures->item[i];
        return NULL;
}

static struct exposures expose(const struct settings *settings)
{
        struct exposures exposures = {0};
        struct failure failure = {0};

        if (services_expose(settings, &jail, &exposures, &failure) != 0)
                fail_msg("%s", said(&failure));
        for (size_t i = 1; i < exposures.count; i++)
                assert_true(strcmp(exposures.item[i - 1].target, exposures.item[i].target) < 0);
        return exposures;
}

static void nothing_is_exposed_unasked(void **state)
{
        struct settings settings = {.isolation = ISOLATION_CHROOT};
        struct exposures exposures = expose(&settings);

        assert_int_equal(exposures.count, 0);
        release(&exposures);
        /* The jail is mounted without devices, and has these all the same. */
        settings.isolation = ISOLATION_NAMESPACE;
        exposures = expose(&settings);
        assert_int_equal(exposures.count, 5);
        assert_string_equal(find(&exposures, "/dev/null")->service, "files");
        assert_non_null(find(&exposures, "/dev/urandom"));
        release(&exposures);
}

/* The host's under namespace, and one of the jail's own where it would be copied. */
static void sessions_by_isolation(void **state)
{
        struct settings settings = {.isolation = ISOLATION_CHROOT, .services = LIST(TEXT("php"))};
        struct exposures exposures = expose(&settings);

        assert_int_equal(find(&exposures, "/var/lib/php/sessions")->options,
                EXPOSURE_PRIVATE | EXPOSURE_OPTIONAL);
        release(&exposures);
        settings.isolation = ISOLATION_NAMESPACE;
        exposures = expose(&settings);
        assert_int_equal(find(&exposures, "/var/lib/php/sessions")->options,
                EXPOSURE_WRITABLE | EXPOSURE_NAMESPACE | EXPOSURE_OPTIONAL);
        release(&exposures);
}

static void services_and_paths(void **state)
{
        struct settings settings = {.isolation = ISOLATION_CHROOT,
                .services = LIST(TEXT("dns"), TEXT("syslog"), TEXT("files")),
                .expose = LIST(TEXT("/opt/data"), TEXT("/etc/hosts"))};
        struct exposures exposures = expose(&settings);

        assert_string_equal(find(&exposures, "/etc/resolv.conf")->service, "dns");
        assert_null(find(&exposures, "/opt/data")->service);
        assert_string_equal(find(&exposures, "/dev/null")->service, "files");
        assert_int_equal(
                find(&exposures, "/etc/resolv.conf")->options, EXPOSURE_OPTIONAL | EXPOSURE_EITHER);
        /* Named without "optional" as well, it is a must. */
        assert_int_equal(find(&exposures, "/etc/hosts")->options, 0);
        /* Sockets are for a namespace. */
        assert_null(find(&exposures, "/dev/log"));
        assert_null(find(&exposures, "/run/systemd/resolve"));
        assert_null(find(&exposures, "/etc/localtime"));
        release(&exposures);
        settings.isolation = ISOLATION_NAMESPACE;
        exposures = expose(&settings);
        assert_non_null(find(&exposures, "/dev/log"));
        assert_non_null(find(&exposures, "/run/systemd/resolve"));
        release(&exposures);
}

static void definitions_extend(void **state)
{
        struct service_definition more = {
                .name = TEXT("time"), .expose = LIST(TEXT("/opt/zones,optional"))};
        struct service_definition unused = {
                .name = TEXT("unused"), .expose = LIST(TEXT("relative")), .next = &more};
        struct service_definition empty = {.name = TEXT("own"), .next = &unused};
        struct service_definition second = {
                .name = TEXT("own"), .expose = LIST(TEXT("/opt/two")), .next = &empty};
        struct service_definition first = {.name = TEXT("own"),
                .expose = LIST(TEXT("/opt/one,writable"), TEXT("/srv/www1/in")),
                .next = &second};
        struct settings settings = {.isolation = ISOLATION_CHROOT,
                .services = LIST(TEXT("time"), TEXT("own")),
                .defined = &first};
        struct exposures exposures = expose(&settings);

        assert_string_equal(find(&exposures, "/etc/localtime")->service, "time");
        assert_string_equal(find(&exposures, "/opt/zones")->service, "time");
        assert_string_equal(find(&exposures, "/opt/one")->service, "own");
        assert_int_equal(find(&exposures, "/opt/one")->options, EXPOSURE_WRITABLE);
        assert_string_equal(find(&exposures, "/opt/two")->service, "own");
        assert_string_equal(find(&exposures, "/in")->source, "/srv/www1/in");
        release(&exposures);
        settings.services = LIST(TEXT("time"));
        exposures = expose(&settings);
        assert_null(find(&exposures, "/opt/one"));
        assert_non_null(find(&exposures, "/opt/zones"));
        release(&exposures);
}

static void expect_refused(const struct settings *settings, const char *text)
{
        struct exposures exposures = {0};
        struct failure failure = {0};

        assert_int_equal(services_expose(settings, &jail, &exposures, &failure), -EINVAL);
        if (strncmp(said(&failure), text, strlen(text)) != 0)
                fail_msg("\"%s\"", said(&failure));
        release(&exposures);
}

static void complaints_name_the_place(void **state)
{
        struct service_definition own = {
                .name = TEXT("own"), .expose = LIST(TEXT("/opt/one"), TEXT("two"))};
        struct settings settings = {.services = LIST(TEXT("own")), .defined = &own};

        expect_refused(&settings, "services: own: \"two\" must be an absolute path");
        settings.services.count = 0;
        settings.expose = LIST(TEXT("/opt/one"), TEXT("/opt/two,read"));
        expect_refused(&settings, "expose: /opt/two has the option \"read\"");
        settings.isolation = ISOLATION_NAMESPACE;
        expect_refused(&settings, "expose: /opt/two has the option \"read\"");
}

static void what_is_included(void **state)
{
        struct settings settings = {.services = LIST(TEXT("own"), TEXT("syslog"))};

        assert_true(services_include(&settings, "own"));
        assert_true(services_include(&settings, "syslog"));
        assert_false(services_include(&settings, "dns"));
        assert_int_equal(services_warm_ups(&settings), WARM_UP_SYSLOG);
        settings.services = LIST(TEXT("own"), TEXT("dns"), TEXT("files"));
        assert_int_equal(services_warm_ups(&settings), 0);
        settings.services.count = 0;
        assert_false(services_include(&settings, "own"));
        assert_int_equal(services_warm_ups(&settings), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_row_can_be_exposed),
                cmocka_unit_test(names_are_checked),
                cmocka_unit_test(nothing_is_exposed_unasked),
                cmocka_unit_test(the_whole_system_is_not_copied),
                cmocka_unit_test(sessions_by_isolation),
                cmocka_unit_test(services_and_paths),
                cmocka_unit_test(definitions_extend),
                cmocka_unit_test(complaints_name_the_place),
                cmocka_unit_test(what_is_included),
        };

        return cmocka_run_group_tests(tests, make, NULL);
}
