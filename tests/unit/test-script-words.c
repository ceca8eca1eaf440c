/* Tests of shim/command/script_words: which words of a script may be names of programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/script_words.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

static void add(void *context, enum script_word kind, const char *word)
{
        char *text = context;

        sprintf(text + strlen(text), "%s%s ", kind == SCRIPT_COMMAND ? "$" : "", word);
}

static const struct {
        const char *text, *words;
} cases[] = {
        {"", ""},
        {"#!/bin/sh", ""},
        {"#!/bin/sh\nsvnlook log\n", "$svnlook "},
        {"#!/usr/bin/env bash\nmake\n", "$make "},
        {"#!/bin/sh -e\nmake\n", "$make "},
        {"#!/usr/bin/perl\nmake;\nopen(X, '|/usr/sbin/sendmail -t');\n", "/usr/sbin/sendmail "},
        {"#!/bin/sh\n# sort /usr/bin/x\n  # y\n", ""},
        {"#!/bin/sh\na=$(b c | d) && e; f &\n", "$b $d $e $f "},
        {"#!/bin/sh\nif ! grep -q x; then cat; fi\nwhile read y; do z; done\n", "$grep $cat $z "},
        {"#!/bin/sh\nx=1 y\ncase \"$1\" in\na) exit 1;;\nesac\n", ""},
        {"#!/bin/sh\n/usr/local/bin/x \"$HOME/bin/y\" a/bin/z ${p}/bin/q\n", "/usr/local/bin/x "},
        {"#!/bin/sh\nuse() {\n  tool\n}\necho word word2\n", "$tool "},
};

static void each(void **state)
{
        for (size_t i = 0; i < COUNT(cases); i++) {
                char found[512] = "";

                script_words(cases[i].text, add, found);
                assert_string_equal(found, cases[i].words);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(each)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
