/* Tests of shim/supply/refresher.c: which ends are counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/refresher.h"
#include "system/child.h"
#include "system/log.h"
#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

#define MINUTE 60000

/* A refresher ends that has lived for so many milliseconds. Return: how many have ended so far. */
static unsigned end_after(struct plan *plan, int64_t life)
{
        struct refresher *refresher = &plan->refresher;
        siginfo_t unused;

        refresher->begun = kernel_milliseconds() - life;
        refresher->pid = child_start_lasting();
        if (refresher->pid == 0)
                child_exit(0);
        assert_int_equal(
                waitid(P_PID, (id_t)refresher->pid, &unused, WEXITED | WNOWAIT | __WCLONE), 0);
        assert_false(refresher_ask(plan));
        assert_int_equal(refresher->pid, 0);
        return refresher->ended;
}

static void test_those_that_end_soon_are_counted(void **state)
{
        struct plan plan = PLAN_NONE;

        plan.refresher.master = getpid();
        for (unsigned i = 1; i < 12; i++)
                assert_int_equal(end_after(&plan, MINUTE / 2), i);
}

static void test_one_that_has_lived_begins_anew(void **state)
{
        struct plan plan = PLAN_NONE;

        plan.refresher.master = getpid();
        for (unsigned i = 1; i < 8; i++)
                end_after(&plan, 0);
        assert_int_equal(end_after(&plan, MINUTE), 1);
        assert_int_equal(end_after(&plan, 0), 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_those_that_end_soon_are_counted),
                cmocka_unit_test(test_one_that_has_lived_begins_anew),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
