/* Tests of shim/process/exit_storm.c: which deaths are a storm, and which are not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/exit_storm.h"
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static unsigned char marks[EXIT_STORM_PLACES];
static struct exit_storm storm;
static int64_t now;
static pid_t last;

static void begin(void)
{
        memset(&storm, 0, sizeof(storm));
        storm.marks = marks;
        now = 1000;
        last = 100;
}

/* Return: its place. */
static int born(enum child_mark mark)
{
        int place = exit_storm_fork(&storm, ++now);

        assert_true(place >= 0);
        exit_storm_forked(&storm, place, ++last);
        marks[place] = (unsigned char)mark;
        return place;
}

static bool dies(enum child_mark mark, int status, int64_t age)
{
        born(mark);
        now += age;
        return exit_storm_died(&storm, last, status, now);
}

/* Return: at which death it was a storm; 0 if it was none. */
static unsigned storm_at(enum child_mark mark, int status, int64_t age)
{
        for (unsigned i = 1; i <= 3 * EXIT_STORM_DEATHS; i++)
                if (dies(mark, status, age))
                        return i;
        return 0;
}

static void faults_in_a_row(void **state)
{
        const int faults[] = {W_EXITCODE(1, 0), W_EXITCODE(255, 0), SIGABRT, SIGBUS, SIGFPE, SIGILL,
                SIGSEGV, SIGSYS, SIGTRAP, SIGSEGV | WCOREFLAG};

        for (size_t i = 0; i < COUNT(faults); i++) {
                begin();
                assert_int_equal(storm_at(CHILD_WORKER, faults[i], 10), EXIT_STORM_DEATHS);
        }
}

static void ends_that_mean_nothing(void **state)
{
        const int ends[] = {W_EXITCODE(0, 0), SIGTERM, SIGKILL, SIGINT, SIGQUIT, SIGHUP, SIGUSR1,
                W_STOPCODE(SIGSTOP)};

        for (size_t i = 0; i < COUNT(ends); i++) {
                begin();
                assert_int_equal(storm_at(CHILD_WORKER, ends[i], 10), 0);
        }
        begin();
        assert_int_equal(storm_at(CHILD_FORKED, SIGSEGV, 10), 0);
        assert_int_equal(storm_at(CHILD_SERVED, SIGSEGV, 10), 0);
        assert_int_equal(storm_at(CHILD_WORKER, SIGSEGV, EXIT_STORM_LIFE + 1), 0);
        storm.marks = NULL;
        assert_int_equal(exit_storm_fork(&storm, now), -1);
        exit_storm_forked(&storm, -1, 5);
        assert_false(exit_storm_died(&storm, 5, SIGSEGV, now));
}

static void one_that_serves_or_lives_ends_the_row(void **state)
{
        begin();
        for (int round = 0; round < 3; round++) {
                for (int i = 1; i < EXIT_STORM_DEATHS; i++)
                        assert_false(dies(CHILD_WORKER, SIGSEGV, 10));
                if (round)
                        dies(CHILD_SERVED, SIGSEGV, 10);
                else
                        dies(CHILD_WORKER, 0, EXIT_STORM_LIFE + 1);
        }
        /* What means nothing does not end it. */
        for (int i = 1; i < EXIT_STORM_DEATHS; i++) {
                assert_false(dies(CHILD_WORKER, SIGSEGV, 10));
                assert_false(dies(CHILD_WORKER, 0, 10));
                assert_false(dies(CHILD_FORKED, SIGSEGV, 10));
        }
        assert_true(dies(CHILD_WORKER, SIGSEGV, 10));
}

static void many_at_once_are_none(void **state)
{
        begin();
        for (int i = 0; i < 3 * EXIT_STORM_DEATHS; i++)
                born(CHILD_WORKER);
        for (int i = 0; i < 3 * EXIT_STORM_DEATHS; i++)
                assert_false(exit_storm_died(&storm, 101 + i, SIGSEGV, ++now));
        /* The first that takes the place of one. */
        assert_true(dies(CHILD_WORKER, SIGSEGV, 10));
}

static void more_than_there_are_places(void **state)
{
        begin();
        for (int i = 0; i < 2 * EXIT_STORM_PLACES; i++)
                born(CHILD_SERVED);
        assert_false(exit_storm_died(&storm, 101, SIGSEGV, now));
        assert_int_equal(storm_at(CHILD_WORKER, SIGSEGV, 10), EXIT_STORM_DEATHS);
        /* A fork that failed has given its place back. */
        begin();
        for (int i = 0; i < 2 * EXIT_STORM_PLACES; i++)
                exit_storm_forked(&storm, exit_storm_fork(&storm, ++now), -1);
        assert_int_equal(exit_storm_fork(&storm, now), 0);
}

static pid_t living;

static bool lives(pid_t pid)
{
        return pid == living;
}

static void one_that_serves(void **state)
{
        begin();
        born(CHILD_SERVED);
        living = last;
        born(CHILD_WORKER);
        assert_true(exit_storm_serves(&storm, lives));
        living = last;
        assert_false(exit_storm_serves(&storm, lives));
        living = 0;
        assert_false(exit_storm_serves(&storm, lives));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(faults_in_a_row),
                cmocka_unit_test(ends_that_mean_nothing),
                cmocka_unit_test(one_that_serves_or_lives_ends_the_row),
                cmocka_unit_test(many_at_once_are_none),
                cmocka_unit_test(more_than_there_are_places),
                cmocka_unit_test(one_that_serves),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
