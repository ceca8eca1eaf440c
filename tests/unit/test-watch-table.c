/* Tests of shim/supply/watch_table: whom it concerns when something happens to a name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/refresh.h"
#include "supply/watch_table.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* The first four exposures. */
static void check(const struct watch_table *table, int watch, const char *name, const char *wanted)
{
        unsigned char looks[4] = {LOOK_NOT};
        char found[COUNT(looks) + 1] = "";

        watch_table_look(table, watch, name, looks);
        for (size_t i = 0; i < COUNT(looks); i++)
                found[i] = "-ad"[looks[i]];
        assert_string_equal(found, wanted);
}

static void whom_it_concerns(void **state)
{
        struct watch_table *table = NULL;

        assert_int_equal(watch_table_begin(&table), 0);
        watch_table_note(table, 1, "etc", 0, false);
        watch_table_note(table, 1, "etc", 1, false);
        watch_table_note(table, 1, "srv", 2, false);
        watch_table_note(table, 2, NULL, 2, true);
        watch_table_note(table, 2, "page", 3, false);
        check(table, 1, "etc", "aa--");
        check(table, 1, "srv", "--a-");
        check(table, 1, "usr", "----");
        check(table, 1, NULL, "aaa-");
        check(table, 2, "other", "--d-");
        check(table, 2, "page", "--da");
        check(table, 2, NULL, "--da");
        check(table, 3, "etc", "----");
        assert_int_equal(watch_table_begin(&table), 0);
        check(table, 1, "etc", "----");
}

static void the_deepest_look_stays(void **state)
{
        struct watch_table *table = NULL;

        assert_int_equal(watch_table_begin(&table), 0);
        watch_table_note(table, 1, "etc", 0, false);
        watch_table_note(table, 1, NULL, 0, true);
        watch_table_note(table, 1, "etc", 1, true);
        watch_table_note(table, 1, NULL, 1, false);
        check(table, 1, "etc", "dd--");
}

/* What is watched again and again is noted once: it does not fill the table. */
static void what_is_noted_twice(void **state)
{
        struct watch_table *table = NULL;

        assert_int_equal(watch_table_begin(&table), 0);
        for (int i = 0; i < 1 << 20; i++)
                watch_table_note(table, 1, "etc", (size_t)i % 3, false);
        assert_false(watch_table_is_full(table));
        for (size_t i = 0; i < 1 << 18; i++)
                watch_table_note(table, 2, NULL, i, false);
        assert_true(watch_table_is_full(table));
        watch_table_note(table, 1, "srv", 3, false);
        check(table, 1, "srv", "----");
        check(table, 1, "etc", "aaa-");
}

/* So many names fall into the same buckets, though no two of them have the same hash. */
static void each_name_by_itself(void **state)
{
        struct watch_table *table = NULL;
        char name[16], wanted[] = "----";

        assert_int_equal(watch_table_begin(&table), 0);
        for (size_t i = 0; i < 1 << 15; i++) {
                snprintf(name, sizeof(name), "%zu", i);
                watch_table_note(table, 1, name, i % 4, false);
        }
        for (size_t i = 0; i < 1 << 15; i++) {
                snprintf(name, sizeof(name), "%zu", i);
                wanted[i % 4] = 'a';
                check(table, 1, name, wanted);
                wanted[i % 4] = '-';
        }
        /* Its hash is that of none. */
        watch_table_note(table, 2, "ppkttia", 0, false);
        check(table, 2, "ppkttia", "a---");
        check(table, 2, "other", "----");
}

/* Those of the same bucket, of which there are 1 << 14. */
static void each_watch_by_itself(void **state)
{
        struct watch_table *table = NULL;

        assert_int_equal(watch_table_begin(&table), 0);
        for (int i = 0; i < 4; i++)
                watch_table_note(table, 1 + (i << 14), "etc", 0, i % 2);
        for (int i = 1; i < 5; i++) {
                check(table, 1 + (i << 14), "etc", i < 4 ? i % 2 ? "d---" : "a---" : "----");
                check(table, 1 + (i << 14), NULL, i < 4 ? i % 2 ? "d---" : "a---" : "----");
        }
}

/* How much of the address space is in use, in pages. */
static long memory_of_this_process(void)
{
        FILE *file = fopen("/proc/self/statm", "re");
        long pages = 0;

        assert_non_null(file);
        assert_int_equal(fscanf(file, "%ld", &pages), 1);
        fclose(file);
        return pages;
}

static void the_old_one_is_given_back(void **state)
{
        struct watch_table *table = NULL;
        long before;

        assert_int_equal(watch_table_begin(&table), 0);
        before = memory_of_this_process();
        for (int i = 0; i < 16; i++)
                assert_int_equal(watch_table_begin(&table), 0);
        assert_true(memory_of_this_process() <= before + 256);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(whom_it_concerns),
                cmocka_unit_test(the_deepest_look_stays),
                cmocka_unit_test(what_is_noted_twice),
                cmocka_unit_test(each_name_by_itself),
                cmocka_unit_test(each_watch_by_itself),
                cmocka_unit_test(the_old_one_is_given_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
