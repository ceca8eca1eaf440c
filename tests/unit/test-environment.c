/* Tests of shim/view/environment: what each kind of program gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "view/environment.h"

#include <stdlib.h>
#include <string.h>

#define LIBRARY "/usr/lib/libchrootshim.so"

static char *settings[] = {
        (char[]){"CHROOTSHIM_JAIL=/srv/www1"}, (char[]){"CHROOTSHIM_VIEW=inside"}, NULL};

static struct environment_edit edit_for(enum environment_purpose purpose)
{
        static struct path_prefixes prefixes;

        path_prefixes_set(&prefixes, "/srv/www1", "/srv/www1");
        return (struct environment_edit){.purpose = purpose,
                .library = LIBRARY,
                .settings = settings,
                .prefixes = purpose == ENVIRONMENT_JAILED ? &prefixes : NULL};
}

/* Make the environment in memory of exactly the promised size, so that a sanitizer sees more. */
static void expect_of(
        const struct environment_edit *edit, const char *const *from, const char *const *to)
{
        char *const *entries = (char *const *)(uintptr_t)from;
        void *memory = malloc(environment_size(edit, entries));
        char **made = environment_make(edit, entries, memory);
        size_t i;

        for (i = 0; to[i]; i++) {
                assert_non_null(made[i]);
                assert_string_equal(made[i], to[i]);
        }
        assert_null(made[i]);
        free(memory);
}

static void expect(enum environment_purpose purpose, const char *const *from, const char *const *to)
{
        struct environment_edit edit = edit_for(purpose);

        expect_of(&edit, from, to);
}

static void a_helper_gets_nothing_of_the_shim(void **state)
{
        expect(ENVIRONMENT_HELPER,
                (const char *const[]){"A=1", "LD_PRELOAD=" LIBRARY, "CHROOTSHIM_JAIL=/srv/www1",
                        "CHROOTSHIM_HELPER=1", "DOCUMENT_ROOT=/srv/www1/htdocs", NULL},
                (const char *const[]){"A=1", "DOCUMENT_ROOT=/srv/www1/htdocs", NULL});
        expect(ENVIRONMENT_HELPER, (const char *const[]){NULL}, (const char *const[]){NULL});
        expect(ENVIRONMENT_HELPER, NULL, (const char *const[]){NULL});
}

static void other_libraries_stay(void **state)
{
        static const struct {
                const char *before, *after;
        } cases[] = {
                {"LD_PRELOAD=" LIBRARY ":/lib/b.so", "LD_PRELOAD=/lib/b.so"},
                {"LD_PRELOAD=/lib/a.so " LIBRARY " /lib/b.so", "LD_PRELOAD=/lib/a.so:/lib/b.so"},
                {"LD_PRELOAD=/other/libchrootshim.so:/lib/a.so", "LD_PRELOAD=/lib/a.so"},
                {"LD_PRELOAD=libchrootshim.so:a.so", "LD_PRELOAD=a.so"},
                {"LD_PRELOAD=/lib/mylibchrootshim.so", "LD_PRELOAD=/lib/mylibchrootshim.so"},
        };

        for (size_t i = 0; i < COUNT(cases); i++)
                expect(ENVIRONMENT_HELPER, (const char *const[]){cases[i].before, NULL},
                        (const char *const[]){cases[i].after, NULL});
        expect(ENVIRONMENT_HELPER, (const char *const[]){"LD_PRELOAD=: " LIBRARY "::", NULL},
                (const char *const[]){NULL});
}

static void the_server_gets_its_start_back(void **state)
{
        expect(ENVIRONMENT_SERVER, (const char *const[]){"NGINX=6;", NULL},
                (const char *const[]){"NGINX=6;", "LD_PRELOAD=" LIBRARY,
                        "CHROOTSHIM_JAIL=/srv/www1", "CHROOTSHIM_VIEW=inside", NULL});
        expect(ENVIRONMENT_SERVER,
                (const char *const[]){"LD_PRELOAD=/lib/a.so:" LIBRARY, "CHROOTSHIM_JAIL=/x", NULL},
                (const char *const[]){"LD_PRELOAD=" LIBRARY ":/lib/a.so",
                        "CHROOTSHIM_JAIL=/srv/www1", "CHROOTSHIM_VIEW=inside", NULL});
}

static void an_early_helper_is_marked(void **state)
{
        expect(ENVIRONMENT_MARKED,
                (const char *const[]){"LD_PRELOAD=" LIBRARY, "CHROOTSHIM_JAIL=/srv/www1", NULL},
                (const char *const[]){"LD_PRELOAD=" LIBRARY, "CHROOTSHIM_JAIL=/srv/www1",
                        "CHROOTSHIM_HELPER=1", NULL});
        expect(ENVIRONMENT_MARKED, (const char *const[]){"CHROOTSHIM_HELPER=2", "A=1", NULL},
                (const char *const[]){"A=1", "CHROOTSHIM_HELPER=1", NULL});
}

static void a_jailed_program_gets_the_inside_view(void **state)
{
        expect(ENVIRONMENT_JAILED,
                (const char *const[]){"LD_PRELOAD=" LIBRARY, "CHROOTSHIM_JAIL=/srv/www1",
                        "DOCUMENT_ROOT=/srv/www1/htdocs", "CONTEXT_DOCUMENT_ROOT=/srv/www1",
                        "SCRIPT_FILENAME=/srv/www1/cgi-bin/a", "PATH_TRANSLATED=/srv/www10/a",
                        "PWD=/srv/www1/", "GIT_PROJECT_ROOT=/srv/www1/git", "OTHER=/srv/www1/a",
                        NULL},
                (const char *const[]){"DOCUMENT_ROOT=/htdocs", "CONTEXT_DOCUMENT_ROOT=/",
                        "SCRIPT_FILENAME=/cgi-bin/a", "PATH_TRANSLATED=/srv/www10/a", "PWD=/",
                        "GIT_PROJECT_ROOT=/git", "OTHER=/srv/www1/a", NULL});
}

static const char *const with_shim[] = {"LD_PRELOAD=/lib/a.so:" LIBRARY, "CHROOTSHIM_CONFIG=/etc/x",
        "DOCUMENT_ROOT=/srv/www1/htdocs", "A=1", NULL};

static void a_program_in_a_jail_with_the_shim_keeps_its_paths(void **state)
{
        expect(ENVIRONMENT_INSIDE, with_shim,
                (const char *const[]){"DOCUMENT_ROOT=/srv/www1/htdocs", "A=1",
                        "LD_PRELOAD=" LIBRARY ":/lib/a.so", "CHROOTSHIM_JAIL=/srv/www1",
                        "CHROOTSHIM_VIEW=inside", NULL});
}

static void with_answers_in_the_inside_view_it_gets_that(void **state)
{
        struct environment_edit edit = edit_for(ENVIRONMENT_INSIDE);

        edit.prefixes = edit_for(ENVIRONMENT_JAILED).prefixes;
        expect_of(&edit, with_shim,
                (const char *const[]){"DOCUMENT_ROOT=/htdocs", "A=1",
                        "LD_PRELOAD=" LIBRARY ":/lib/a.so", "CHROOTSHIM_JAIL=/srv/www1",
                        "CHROOTSHIM_VIEW=inside", NULL});
}

static void what_is_unset_is_added(void **state)
{
        struct environment_edit edit = edit_for(ENVIRONMENT_OWN);

        edit.library = "";
        edit.unless_set = "TZ=:/etc/localtime";
        expect_of(&edit, (const char *const[]){"TZX=1", "LD_PRELOAD=" LIBRARY, "TZ", NULL},
                (const char *const[]){
                        "TZX=1", "LD_PRELOAD=" LIBRARY, "TZ", "TZ=:/etc/localtime", NULL});
        expect_of(&edit, (const char *const[]){"TZ=UTC", "CHROOTSHIM_JAIL=/a", NULL},
                (const char *const[]){"TZ=UTC", "CHROOTSHIM_JAIL=/a", NULL});
        expect_of(&edit, (const char *const[]){"TZ=", NULL}, (const char *const[]){"TZ=", NULL});
        expect_of(&edit, NULL, (const char *const[]){"TZ=:/etc/localtime", NULL});
}

static void libraries_are_found_in_a_value(void **state)
{
        assert_true(environment_names_library(LIBRARY, LIBRARY));
        assert_true(environment_names_library("a.so:" LIBRARY, LIBRARY));
        assert_true(environment_names_library("a.so libchrootshim.so", LIBRARY));
        assert_false(environment_names_library("", LIBRARY));
        assert_false(environment_names_library("a.so", LIBRARY));
        assert_false(environment_names_library("libchrootshim.so.old", LIBRARY));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_helper_gets_nothing_of_the_shim),
                cmocka_unit_test(other_libraries_stay),
                cmocka_unit_test(the_server_gets_its_start_back),
                cmocka_unit_test(an_early_helper_is_marked),
                cmocka_unit_test(a_jailed_program_gets_the_inside_view),
                cmocka_unit_test(a_program_in_a_jail_with_the_shim_keeps_its_paths),
                cmocka_unit_test(with_answers_in_the_inside_view_it_gets_that),
                cmocka_unit_test(what_is_unset_is_added),
                cmocka_unit_test(libraries_are_found_in_a_value),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
