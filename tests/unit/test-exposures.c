/* Tests of shim/supply/exposures: what is configured, what is united, and what has one path. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposures.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct jail jail;

static int make(void **state)
{
        path_prefixes_set(&jail.prefixes, "/data/www1", "/srv/www1");
        return 0;
}

static void add(struct exposures *exposures, const char *text)
{
        struct failure failure = {0};

        if (exposures_add(exposures, &jail, text, "origin", &failure) != 0)
                fail_msg("%s: \"%s\"", text, said(&failure));
}

static void release(struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++)
                free(exposures->item[i].source);
        free(exposures->item);
        *exposures = (struct exposures){0};
}

static void what_is_taken(void **state)
{
        static const struct {
                const char *text, *source, *target;
                unsigned options;
        } cases[] = {
                {"/etc/hosts", "/etc/hosts", "/etc/hosts", 0},
                {"//etc/./hosts/,optional", "/etc/hosts", "/etc/hosts", EXPOSURE_OPTIONAL},
                {"/a,writable", "/a", "/a", EXPOSURE_WRITABLE},
                {"/a,slave", "/a", "/a", EXPOSURE_SLAVE},
                {"/a,names", "/a", "/a", EXPOSURE_NAMES},
                {"/a,program", "/a", "/a", EXPOSURE_PROGRAM},
                {"/a,namespace", "/a", "/a", EXPOSURE_NAMESPACE},
                {"/a,slave,writable,slave", "/a", "/a", EXPOSURE_SLAVE | EXPOSURE_WRITABLE},
                {"/a,required", "/a", "/a", EXPOSURE_REQUIRED},
                {"/a,either", "/a", "/a", EXPOSURE_EITHER | EXPOSURE_OPTIONAL},
                {"/a b;c", "/a b;c", "/a b;c", 0},
                {"/srv/www1/var", "/srv/www1/var", "/var", 0},
                {"/data/www1//var,names", "/data/www1/var", "/var", EXPOSURE_NAMES},
                {"/srv/www10/var", "/srv/www10/var", "/srv/www10/var", 0},
        };
        struct exposures exposures = {0};

        for (size_t i = 0; i < COUNT(cases); i++) {
                const struct exposure *last;

                add(&exposures, cases[i].text);
                assert_int_equal(exposures.count, i + 1);
                last = &exposures.item[i];
                assert_string_equal(last->source, cases[i].source);
                assert_string_equal(last->target, cases[i].target);
                assert_int_equal(last->options, cases[i].options);
                assert_string_equal(last->service, "origin");
                assert_false(last->present);
        }
        release(&exposures);
}

static void a_path_with_a_comma(void **state)
{
        struct exposures exposures = {0};
        struct failure failure = {0};

        assert_int_equal(exposures_add_path(&exposures, &jail, "/a,writable", EXPOSURE_PROGRAM,
                                 NULL, &failure),
                0);
        assert_int_equal(exposures.count, 1);
        assert_string_equal(exposures.item[0].source, "/a,writable");
        assert_string_equal(exposures.item[0].target, "/a,writable");
        assert_int_equal(exposures.item[0].options, EXPOSURE_PROGRAM);
        assert_int_equal(exposures_add_path(&exposures, &jail, "/srv", 0, NULL, &failure), -EINVAL);
        assert_int_equal(exposures.count, 1);
        release(&exposures);
}

static void what_is_refused(void **state)
{
        static const char words[] =
                "writable, optional, slave, names, program, namespace, private, required or either";
        static const char form[] = "must be an absolute path without \"..\", and not /";
        static const char whole[] = "has the whole jail in it: name what lies beside it";
        static const struct {
                const char *text, *named, *reason;
        } cases[] = {
                {"/a,writeable", "services: origin: /a has the option \"writeable\"", words},
                {"/a,", "services: origin: /a has the option \"\"", words},
                {"/a,,optional", "services: origin: /a has the option \"\"", words},
                {"/a, optional", "services: origin: /a has the option \" optional\"", words},
                {"/a,optional,Slave", "services: origin: /a has the option \"Slave\"", words},
                {"/a,optional,required", "services: origin: /a is required", "take one of"},
                {"/a,required,either", "services: origin: /a is required", "take one of"},
                {"/a,private,required", "services: origin: /a is required, and private",
                        "take one of"},
                {"", "services: origin: \"\"", form},
                {",optional", "services: origin: \"\"", form},
                {"etc/hosts", "services: origin: \"etc/hosts\"", form},
                {"./a", "services: origin: \"./a\"", form},
                {"/a/../b", "services: origin: \"/a/../b\"", form},
                {"/..", "services: origin: \"/..\"", form},
                {"/", "services: origin: \"/\"", form},
                {"//.,optional", "services: origin: \"/\"", form},
                {"/srv", "services: origin: /srv ", whole},
                {"/srv/www1", "services: origin: /srv/www1 ", whole},
                {"/data/", "services: origin: /data ", whole},
                {"/data/www1/.,optional", "services: origin: /data/www1 ", whole},
        };
        struct exposures exposures = {0};

        add(&exposures, "/kept");
        for (size_t i = 0; i < COUNT(cases); i++) {
                struct failure failure = {0};

                assert_int_equal(
                        exposures_add(&exposures, &jail, cases[i].text, "origin", &failure),
                        -EINVAL);
                if (strncmp(said(&failure), cases[i].named, strlen(cases[i].named)) != 0 ||
                        !strstr(said(&failure), cases[i].reason))
                        fail_msg("%s: \"%s\"", cases[i].text, said(&failure));
        }
        assert_int_equal(exposures.count, 1);
        assert_string_equal(exposures.item[0].source, "/kept");
        release(&exposures);
}

/* @texts and @expected end with NULL; @expected are targets with the options as a number. */
static void expect_sorted(
        const char *const *texts, enum setting_isolation isolation, const char *const *expected)
{
        struct exposures exposures = {0};
        size_t count = 0;

        for (; *texts; texts++)
                add(&exposures, *texts);
        exposures_sort(&exposures, isolation);
        for (; expected[count]; count++) {
                char text[64];

                assert_true(count < exposures.count);
                snprintf(text, sizeof(text), "%s %u", exposures.item[count].target,
                        exposures.item[count].options);
                assert_string_equal(text, expected[count]);
        }
        assert_int_equal(exposures.count, count);
        release(&exposures);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void parents_come_first(void **state)
{
        expect_sorted(LIST("/b", "/a/c/d", "/a-b", "/a/c", "/srv/www1/a0", "/a", "/B"),
                ISOLATION_CHROOT,
                LIST("/B 0", "/a 0", "/a-b 0", "/a/c 0", "/a/c/d 0", "/a0 0", "/b 0"));
        expect_sorted((const char *const[]){NULL}, ISOLATION_CHROOT, (const char *const[]){NULL});
}

static void doubles_are_united(void **state)
{
        expect_sorted(LIST("/a,optional", "/b", "/a,writable", "/a"), ISOLATION_CHROOT,
                LIST("/a 1", "/b 0"));
        expect_sorted(LIST("/a,optional", "/a,optional,program"), ISOLATION_CHROOT, LIST("/a 18"));
        /* What a service brings can be required besides. */
        expect_sorted(LIST("/a,optional", "/a,required", "/b,either", "/b,required", "/c,either",
                              "/c,optional"),
                ISOLATION_CHROOT, LIST("/a 256", "/b 768", "/c 514"));
        expect_sorted(
                LIST("/a,optional", "/a,slave", "/a,optional"), ISOLATION_CHROOT, LIST("/a 4"));
        expect_sorted(LIST("/srv/www1/a,names", "/a", "/data/www1/a,optional"), ISOLATION_NAMESPACE,
                LIST("/a 8"));
}

static void only_for_a_namespace(void **state)
{
        const char *const *texts = LIST("/z", "/a,namespace", "/b,namespace,writable", "/b");

        expect_sorted(texts, ISOLATION_CHROOT, LIST("/b 0", "/z 0"));
        expect_sorted(texts, ISOLATION_NAMESPACE, LIST("/a 32", "/b 33", "/z 0"));
        expect_sorted(LIST("/a,namespace"), ISOLATION_CHROOT, (const char *const[]){NULL});
        expect_sorted(LIST("/a,namespace,required", "/b,namespace", "/b,required"),
                ISOLATION_CHROOT, LIST("/a 288", "/b 256"));
}

static void one_path_on_both_sides(void **state)
{
        static const struct {
                const char *path;
                bool shared;
        } cases[] = {
                {"/usr/share/app", true},
                {"/usr/share/app/lib/a.php", true},
                {"/usr/share/app2", false},
                {"/usr/share", false},
                {"/", false},
                {"/var/a", false},
                {"/tmp/a", false},
                {"/absent/a", false},
                {"/usr/share/app/lib/own/a", true},
                {"/usr/share/app-2/a", true},
                {"", false},
        };
        struct exposures exposures = {0}, again = {0};
        char *text;

        add(&exposures, "/usr/share/app");
        add(&exposures, "/usr/share/app/lib/own");
        add(&exposures, "/usr/share/app-2");
        add(&exposures, "/srv/www1/var");
        add(&exposures, "/tmp,private");
        for (size_t i = 0; i < exposures.count; i++)
                exposures.item[i].present = true;
        add(&exposures, "/absent");
        exposures_sort(&exposures, ISOLATION_NAMESPACE);
        text = exposures_write_shared(&exposures);
        assert_string_equal(text, "/usr/share/app,/usr/share/app-2");
        assert_int_equal(exposures_read_shared(&again, text), 0);
        for (size_t i = 0; i < COUNT(cases); i++)
                if (exposures_share(&exposures, cases[i].path) != cases[i].shared ||
                        exposures_share(&again, cases[i].path) != cases[i].shared)
                        fail_msg("%s", cases[i].path);
        free(text);
        release(&again);
        release(&exposures);
}

/* As many as one service of a language brings: none is taken for another. */
static void each_of_many_is_found(void **state)
{
        struct exposures exposures = {0};
        char path[64];

        for (int i = 0; i < 600; i += 2) {
                snprintf(path, sizeof(path), "/usr/lib/%d", i);
                add(&exposures, path);
                exposures.item[exposures.count - 1].present = true;
        }
        exposures_sort(&exposures, ISOLATION_CHROOT);
        for (int i = 0; i < 600; i++) {
                snprintf(path, sizeof(path), "/usr/lib/%d/a", i);
                assert_int_equal(exposures_share(&exposures, path), i % 2 == 0);
        }
        release(&exposures);
}

/* What a variable may hold, whoever has set it. */
/* A sanitizer tells whether what is not there is looked into. */
static void among_none_nothing_is_found(void **state)
{
        const struct exposures none = {0};

        assert_false(exposures_share(&none, "/etc/hosts"));
}

static void what_is_no_list_of_paths(void **state)
{
        static const char *const wrong[] = {"a", ",", "/a,", ",/a", "/a,b"};
        struct exposures exposures = {0};

        assert_int_equal(exposures_read_shared(&exposures, ""), 0);
        assert_int_equal(exposures.count, 0);
        for (size_t i = 0; i < COUNT(wrong); i++)
                assert_int_equal(exposures_read_shared(&exposures, wrong[i]), -EINVAL);
        release(&exposures);
}

/* The kernel takes no variable of more than 128 KiB: what a pattern matches may be longer. */
static void more_than_a_variable_can_hold(void **state)
{
        struct exposures exposures = {0};
        char path[400], *text;

        for (int i = 0; i < 1000; i++) {
                snprintf(path, sizeof(path), "/%0300d", i);
                add(&exposures, path);
                exposures.item[i].present = true;
        }
        exposures_sort(&exposures, ISOLATION_CHROOT);
        text = exposures_write_shared(&exposures);
        assert_true(strlen(text) < EXPOSURES_SHARED_SIZE);
        assert_true(strlen(text) > EXPOSURES_SHARED_SIZE - 400);
        free(text);
        release(&exposures);
}

/* Of what begins like it, a name that goes on by a letter or a sign is beside it, not in it. */
static void what_lies_in_another(void **state)
{
        static const char *const paths[] = {
                "/a", "/a!b", "/a/b", "/a/b/c", "/a/z", "/a0", "/ab", "/b", "/b/a"};
        static const size_t inside[COUNT(paths)] = {3, 0, 1, 0, 0, 0, 0, 1, 0};
        struct exposures exposures = {0};

        for (size_t i = 0; i < COUNT(paths); i++)
                add(&exposures, paths[i]);
        exposures_sort(&exposures, ISOLATION_CHROOT);
        for (size_t i = 0; i < COUNT(paths); i++) {
                size_t end, first = exposures_within(&exposures, i, &end);

                assert_string_equal(exposures.item[i].target, paths[i]);
                assert_int_equal(end - first, inside[i]);
                for (; first < end; first++)
                        assert_memory_equal(
                                exposures.item[first].target, paths[i], strlen(paths[i]));
        }
        release(&exposures);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_taken),
                cmocka_unit_test(a_path_with_a_comma),
                cmocka_unit_test(what_is_refused),
                cmocka_unit_test(parents_come_first),
                cmocka_unit_test(doubles_are_united),
                cmocka_unit_test(only_for_a_namespace),
                cmocka_unit_test(one_path_on_both_sides),
                cmocka_unit_test(what_lies_in_another),
                cmocka_unit_test(each_of_many_is_found),
                cmocka_unit_test(among_none_nothing_is_found),
                cmocka_unit_test(what_is_no_list_of_paths),
                cmocka_unit_test(more_than_a_variable_can_hold),
        };

        return cmocka_run_group_tests(tests, make, NULL);
}
