/* Tests of shim/system/descriptors.c: each open descriptor is met, wherever it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/descriptors.h"
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int wanted;

static bool is_wanted(int fd)
{
        return fd == wanted;
}

static bool is_met(void)
{
        return descriptors_any(is_wanted) && descriptors_any_of_one_thread(is_wanted);
}

static bool is_missed(void)
{
        return !descriptors_any(is_wanted) && !descriptors_any_of_one_thread(is_wanted);
}

/* A child's table of descriptors is as large as the highest that it was given makes it. */
static bool meets(int fd, int highest)
{
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                wanted = fd;
                if (dup2(STDERR_FILENO, highest) < 0 || dup2(STDERR_FILENO, fd) < 0 || !is_met())
                        _exit(1);
                close(fd);
                _exit(is_missed() ? 0 : 2);
        }
        return waitpid(pid, &status, 0) == pid && status == 0;
}

static void each_number_is_met(void **state)
{
        static const int numbers[] = {
                3, 63, 64, 65, 127, 128, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 3000};
        const struct rlimit limit = {4096, 4096};

        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
                assert_true(meets(numbers[i], numbers[i]));
                assert_true(meets(numbers[i], 4000));
                assert_true(meets(numbers[i], 100));
        }
}

static void a_low_limit_hides_none(void **state)
{
        const struct rlimit limit = {20, 20};

        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_true(meets(3, 19));
        assert_true(meets(19, 18));
}

/* Servers set such a limit on purpose: nothing can be opened any more. Of what is looked at step by
 * step, a sanitizer tells whether it is within bounds. */
static void a_limit_of_one_hides_none(void **state)
{
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                const struct rlimit limit = {1, 1};

                if (dup2(STDERR_FILENO, 700) < 0 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
                        _exit(1);
                wanted = 700;
                if (!is_met())
                        _exit(2);
                close(700);
                _exit(is_missed() ? 0 : 3);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

static pthread_t first;

static void *meet(void *table)
{
        if (table ? unshare(CLONE_FILES) : pthread_join(first, NULL))
                _exit(1);
        wanted = fcntl(STDERR_FILENO, F_DUPFD, 700);
        if (wanted < 0 || !is_met())
                _exit(2);
        close(wanted);
        _exit(is_missed() ? 0 : 3);
}

/* @table: it has descriptors of its own; else it is met by the last thread that is left. */
static bool another_thread_meets(void *table)
{
        pid_t pid = fork();
        pthread_t thread;
        int status;

        if (pid == 0) {
                first = pthread_self();
                if (pthread_create(&thread, NULL, meet, table) != 0)
                        _exit(4);
                pthread_exit(NULL);
        }
        return waitpid(pid, &status, 0) == pid && status == 0;
}

static void the_first_thread_may_have_ended(void **state)
{
        assert_true(another_thread_meets(NULL));
}

static void a_thread_may_have_its_own(void **state)
{
        assert_true(another_thread_meets(&first));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_limit_of_one_hides_none),
                cmocka_unit_test(the_first_thread_may_have_ended),
                cmocka_unit_test(a_thread_may_have_its_own),
                cmocka_unit_test(each_number_is_met),
                cmocka_unit_test(a_low_limit_hides_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
