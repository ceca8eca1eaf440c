/* Tests of shim/jail/check: which directories are refused as a jail, and what is said. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/check.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_refused(const char *path, const char *reason)
{
        struct failure failure = {0};
        struct jail jail;

        assert_true(jail_check(path, &jail, &failure) < 0);
        if (!strstr(said(&failure), reason))
                fail_msg("%s: \"%s\"", path, said(&failure));
}

static void expect_unsafe(const char *path, const char *reason)
{
        struct failure failure = {0};
        struct jail jail;

        assert_int_equal(jail_check(path, &jail, &failure), 0);
        assert_int_equal(jail_check_safety(&jail, &failure), -EINVAL);
        if (!strstr(said(&failure), reason))
                fail_msg("%s: \"%s\"", path, said(&failure));
        free(jail.real);
        free((char *)(uintptr_t)jail.configured);
}

static void unusable_paths(void **state)
{
        expect_refused(temporary_path("none"), "No such file or directory");
        expect_refused(temporary_write("file", ""), "is not a directory");
        expect_refused(temporary_path("file/jail"), "Not a directory");
        assert_int_equal(symlink("loop", temporary_path("loop")), 0);
        expect_refused(temporary_path("loop"), "Too many levels of symbolic links");
        expect_refused("/", "is the root directory");
        expect_refused("//./", "is the root directory");
        expect_refused("/usr/../usr", "has a \"..\"");
}

static void unsafe_directories(void **state)
{
        /* The temporary directory lies in one that everybody writes to. */
        expect_unsafe(temporary_path("."), "/tmp is writable by its group or others");
        assert_int_equal(symlink("/usr", temporary_path("usr")), 0);
        expect_unsafe(temporary_path("usr"), "/tmp is writable by its group or others");
}

static void a_safe_directory(void **state)
{
        struct failure failure;
        struct jail jail;
        struct stat facts;

        assert_int_equal(jail_check("//usr/./bin/", &jail, &failure), 0);
        assert_int_equal(jail_check_safety(&jail, &failure), 0);
        assert_int_equal(stat("/usr/bin", &facts), 0);
        assert_int_equal(jail.identity.inode, facts.st_ino);
        assert_string_equal(jail.real, "/usr/bin");
        assert_string_equal(jail.prefixes.item[0].text, "/usr/bin");
        assert_int_equal(jail.fd, -1);
        free(jail.real);
        free((char *)(uintptr_t)jail.configured);
}

static void expect_alias_refused(char *alias, const char *reason)
{
        const struct setting_list aliases = {.item = (char *[]){alias, NULL}, .count = 1};
        struct failure failure = {0};
        struct jail jail = {.prefixes = {.count = 1}};

        assert_int_equal(jail_add_aliases(&jail, &aliases, &failure), -EINVAL);
        if (!strstr(said(&failure), reason) || !strstr(said(&failure), alias))
                fail_msg("%s: \"%s\"", alias, said(&failure));
}

static void release_aliases(const struct jail *jail)
{
        for (unsigned i = 1; i < jail->prefixes.count; i++)
                free((char *)(uintptr_t)jail->prefixes.item[i].text);
}

static void unusable_aliases(void **state)
{
        char *const many[PATH_ALIASES + 1] = {(char[]){"/a"}, (char[]){"/b"}, (char[]){"/c"},
                (char[]){"/d"}, (char[]){"/e"}, (char[]){"/f"}, (char[]){"/g"}};
        const struct setting_list aliases = {
                .item = (char **)(uintptr_t)many, .count = PATH_ALIASES + 1};
        struct jail jail = {.prefixes = {.count = 1, .item = {{.text = "/jail"}}}};
        struct failure failure;

        expect_alias_refused((char[]){"var/www"}, "must be an absolute path");
        expect_alias_refused((char[]){"/var/../www"}, "without \"..\"");
        expect_alias_refused((char[]){"//."}, "and not /");
        assert_int_equal(jail_add_aliases(&jail, &aliases, &failure), -EINVAL);
        assert_non_null(strstr(said(&failure), "\"/g\" is one too many"));
        release_aliases(&jail);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(unusable_paths),
                cmocka_unit_test(unsafe_directories),
                cmocka_unit_test(a_safe_directory),
                cmocka_unit_test(unusable_aliases),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
