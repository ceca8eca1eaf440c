/* Tests of shim/process/lookup: the mark of a look-up, and how it ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/lookup.h"
#include "unit.h"

#include <pthread.h>
#include <string.h>

static sigjmp_buf out;

static void it_lasts_for_its_scope(void **state)
{
        assert_false(lookup_is_on());
        {
                ACCOUNT_LOOKUP(outer);
                assert_true(lookup_is_on());
                {
                        ACCOUNT_LOOKUP(inner);
                        assert_true(lookup_is_on());
                }
                assert_true(lookup_is_on());
        }
        assert_false(lookup_is_on());
}

static void __attribute__((noinline)) jump_out(void)
{
        ACCOUNT_LOOKUP(lookup);

        assert_true(lookup_is_on());
        siglongjmp(out, 1);
}

/* What comes later uses the stack again, at least as deep. */
static bool __attribute__((noinline)) is_on_below(void)
{
        volatile char stack[512];

        for (size_t i = 0; i < sizeof(stack); i++)
                stack[i] = 'x';
        return lookup_is_on();
}

static void it_does_not_survive_a_jump(void **state)
{
        if (sigsetjmp(out, 1) == 0)
                jump_out();
        assert_false(is_on_below());
        assert_false(lookup_is_on());
}

static void it_can_be_forgotten(void **state)
{
        ACCOUNT_LOOKUP(lookup);

        lookup_forget();
        assert_false(lookup_is_on());
}

static void *ask(void *unused)
{
        static char on;

        return lookup_is_on() ? &on : NULL;
}

static void it_is_of_one_thread(void **state)
{
        ACCOUNT_LOOKUP(lookup);
        pthread_t thread;
        void *answer;

        assert_int_equal(pthread_create(&thread, NULL, ask, NULL), 0);
        assert_int_equal(pthread_join(thread, &answer), 0);
        assert_null(answer);
        assert_true(lookup_is_on());
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_lasts_for_its_scope),
                cmocka_unit_test(it_does_not_survive_a_jump),
                cmocka_unit_test(it_can_be_forgotten),
                cmocka_unit_test(it_is_of_one_thread),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
