/* Tests of shim/settings/names.c: which names a pattern stands for, and in which order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/names.h"
#include "temporary.h"
#include "unit.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

static void as_a_shell_does(void **state)
{
        static const char *const words[] = {"", "a", "*", "?", "**", "*.conf", "a.conf", ".a.conf",
                ".conf", "a*b", "ab", "axxb", "axbxb", "a*b*", "?*", "a?", ".*", "abab", "*ab",
                "*?*b", "a.conf~", "*aab", "aaaab"};

        for (size_t i = 0; i < COUNT(words); i++)
                for (size_t k = 0; k < COUNT(words); k++)
                        if (names_match(words[i], words[k]) !=
                                (fnmatch(words[i], words[k], FNM_PERIOD) == 0))
                                fail_msg("\"%s\", \"%s\"", words[i], words[k]);
}

static void in_their_order(void **state)
{
        struct setting_list names;
        int fd;

        mkdir(temporary_path("d"), 0700);
        for (unsigned i = 0; i < 30; i++) {
                char name[] = "d/00.conf";

                name[2] = (char)('0' + i * 7 % 10);
                name[3] = (char)('0' + i % 3);
                temporary_write(name, "");
        }
        temporary_write("d/.hidden.conf", "");
        fd = open(temporary_path("d"), O_RDONLY | O_DIRECTORY);
        assert_int_equal(names_list(fd, "*.conf", &names), 0);
        assert_int_equal(names.count, 30);
        for (size_t i = 1; i < names.count; i++)
                assert_true(strcmp(names.item[i - 1], names.item[i]) < 0);
        setting_list_clear(&names);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(as_a_shell_does),
                cmocka_unit_test(in_their_order),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
