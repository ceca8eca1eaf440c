/* Tests of shim/command/utf8: what a terminal and JSON may get. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/utf8.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void lengths(void **state)
{
        static const struct {
                const char *text;
                size_t length;
        } cases[] = {
                {"a", 1},
                {" ", 1},
                {"~", 1},
                {"\xc2\xa0", 2},
                {"\xc3\xa4", 2},
                {"\xe2\x80\xa6", 3},
                {"\xee\x80\x80", 3},
                {"\xf0\x9f\x98\x80", 4},
                {"\xf4\x8f\xbf\xbf", 4},
                /* Nothing, and control characters. */
                {"", 0},
                {"\x1b[2J", 0},
                {"\n", 0},
                {"\x7f", 0},
                {"\xc2\x80", 0},
                {"\xc2\x9b", 0},
                {"\xc2\x9f", 0},
                /* Cut short, or begun within. */
                {"\xc3", 0},
                {"\xe2\x80", 0},
                {"\xe2\x80z", 0},
                {"\xf0\x9f\x98", 0},
                {"\xa4", 0},
                /* Longer than need be, halves of pairs, and too high. */
                {"\xc0\xaf", 0},
                {"\xc1\xbf", 0},
                {"\xe0\x80\xaf", 0},
                {"\xf0\x80\x80\xaf", 0},
                {"\xed\xa0\x80", 0},
                {"\xf4\x90\x80\x80", 0},
                {"\xf5\x80\x80\x80", 0},
                {"\xff", 0},
        };

        for (size_t i = 0; i < COUNT(cases); i++)
                assert_int_equal(utf8_printable(cases[i].text), cases[i].length);
}

static void cleaned(void **state)
{
        static const char *const cases[][2] = {
                {"", ""},
                {"plain", "plain"},
                {"\xc3\xa4\xe2\x80\xa6", "\xc3\xa4\xe2\x80\xa6"},
                {"a\x1b[2J\xff\xc2\x9b\n", "a?[2J????"},
                {"cut \xe2\x80", "cut ??"},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
                char *clean = utf8_clean(cases[i][0]);

                assert_string_equal(clean, cases[i][1]);
                free(clean);
        }
        assert_null(utf8_clean(NULL));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lengths),
                cmocka_unit_test(cleaned),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
