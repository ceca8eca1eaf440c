/* Tests of shim/command/text_diff: what is shown of a text that was changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/text_diff.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
        const char *before, *after, *shown;
} cases[] = {
        {"", "", ""},
        {"a\n", "a\n", ""},
        {"", "a\nb\n", "+a\n+b\n"},
        {"a\nb\n", "", "-a\n-b\n"},
        {"a\nb\nc\n", "a\nc\n", " a\n-b\n c\n"},
        {"a\nc\n", "a\nb\nc\n", " a\n+b\n c\n"},
        {"a\nb\nc", "a\nB\nc", " a\n-b\n+B\n c\n"},
        {"a\nb\nc\nd\n", "b\nc\nD\ne\n", "-a\n b\n c\n-d\n+D\n+e\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n",
                "+0\n 1\n 2\n 3\n...\n 6\n 7\n 8\n-9\n"},
        {"a\033\n", "b\n", "-a?\n+b\n"},
};

static void shown(void **state)
{
        for (size_t i = 0; i < COUNT(cases); i++) {
                char *text = NULL, *expected;
                size_t size;
                FILE *out = open_memstream(&text, &size);

                text_diff(cases[i].before, cases[i].after, "/x", out);
                fclose(out);
                assert_true(asprintf(&expected, "--- /x\n%s", cases[i].shown) > 0);
                assert_string_equal(text, expected);
                free(expected);
                free(text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(shown)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
