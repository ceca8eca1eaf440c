/* Tests of shim/process/arming: what a pidfile and a scoreboard say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/arming.h"
#include "process/scoreboard.h"
#include "temporary.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum arming ask(const char *pidfile, const char *scoreboard, pid_t pid, bool assumed)
{
        const struct arming_question question = {
                .pidfile = pidfile, .scoreboard = scoreboard, .pid = pid, .assumed = assumed};

        return arming_check(&question);
}

static void the_pidfile_decides(void **state)
{
        static const struct {
                const char *text;
                enum arming armed;
        } cases[] = {
                {"1234\n", ARMING_CERTAIN},
                {"1234", ARMING_CERTAIN},
                {" 1234 \r\n", ARMING_CERTAIN},
                {"1234\nand more\n", ARMING_CERTAIN},
                {"4321\n", ARMING_NO},
                {"12345\n", ARMING_NO},
                {"123\n", ARMING_NO},
                {"99999999999999999999\n", ARMING_NO},
                /* Neither missing nor another's: rather look at one child too many. */
                {"", ARMING_ASSUMED},
                {"\n", ARMING_ASSUMED},
                {"pid\n", ARMING_ASSUMED},
                {"12x\n", ARMING_ASSUMED},
        };

        for (size_t i = 0; i < COUNT(cases); i++)
                assert_int_equal(ask(temporary_write("pid", cases[i].text), NULL, 1234, false),
                        cases[i].armed);
}

static void a_missing_pidfile_means_no(void **state)
{
        assert_int_equal(ask(temporary_path("none"), NULL, 1234, false), ARMING_NO);
        /* But for a server's next version, whose pidfile comes later. */
        assert_int_equal(ask(temporary_path("none"), NULL, 1234, true), ARMING_ASSUMED);
        assert_int_equal(ask(temporary_write("pid", "1\n"), NULL, 1234, true), ARMING_ASSUMED);
}

/* A program that executes itself keeps its pid: what it wrote before says nothing of it now. */
static void a_pidfile_of_before_the_start_does_not_count(void **state)
{
        const char *pidfile = temporary_write("pid", "1234\n");
        const struct timespec later[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = INT32_MAX}};
        struct arming_stamp stamp;
        struct arming_question question = {.pidfile = pidfile, .pid = 1234, .start = &stamp};

        arming_note_start(pidfile, 1234, &stamp);
        assert_true(stamp.held);
        assert_int_equal(arming_check(&question), ARMING_NO);
        assert_int_equal(utimensat(AT_FDCWD, pidfile, later, 0), 0);
        assert_int_equal(arming_check(&question), ARMING_CERTAIN);
        arming_note_start(pidfile, 1234, &stamp);
        assert_int_equal(arming_check(&question), ARMING_NO);
        assert_int_equal(rename(temporary_write("new", "1234\n"), pidfile), 0);
        assert_int_equal(arming_check(&question), ARMING_CERTAIN);
        arming_note_start(pidfile, 4321, &stamp);
        assert_false(stamp.held);
        assert_int_equal(arming_check(&question), ARMING_CERTAIN);
        arming_note_start(NULL, 1234, &stamp);
        assert_false(stamp.held);
}

static void other_errors_mean_armed(void **state)
{
        temporary_write("file", "");
        assert_int_equal(ask(temporary_path("file/pid"), NULL, 1234, false), ARMING_ASSUMED);
        assert_int_equal(ask(temporary_path("."), NULL, 1234, false), ARMING_ASSUMED);
}

static void a_fifo_does_not_block(void **state)
{
        assert_int_equal(mkfifo(temporary_path("fifo"), 0600), 0);
        assert_int_equal(ask(temporary_path("fifo"), NULL, 1234, false), ARMING_ASSUMED);
}

static void listening_stands_for_a_pidfile(void **state)
{
        assert_int_equal(ask(NULL, NULL, 1234, true), ARMING_ASSUMED);
        assert_int_equal(ask(NULL, NULL, 1234, false), ARMING_NO);
}

static void the_scoreboard_must_exist_as_well(void **state)
{
        const char *pidfile = temporary_write("pid", "1234\n");

        unlink(temporary_path("scoreboard"));
        assert_int_equal(ask(pidfile, temporary_path("scoreboard"), 1234, false), ARMING_NO);
        temporary_write("scoreboard", "");
        assert_int_equal(ask(pidfile, temporary_path("scoreboard"), 1234, false), ARMING_CERTAIN);
        assert_int_equal(ask(pidfile, temporary_path("scoreboard"), 1235, false), ARMING_NO);
}

/* A name that Debian's APR 1.7.2 made of this path. */
static void shared_memory_is_named_as_apr_does(void **state)
{
        char buffer[SCOREBOARD_PATH_SIZE];

        assert_string_equal(scoreboard_memory_path("/run/apache2/scoreboard", buffer),
                "/dev/shm/ShM.3ea90d1aH8f5d7936");
        assert_string_equal(scoreboard_memory_path("", buffer), "/dev/shm/ShM.0H0");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_pidfile_decides),
                cmocka_unit_test(a_missing_pidfile_means_no),
                cmocka_unit_test(a_pidfile_of_before_the_start_does_not_count),
                cmocka_unit_test(other_errors_mean_armed),
                cmocka_unit_test(a_fifo_does_not_block),
                cmocka_unit_test(listening_stands_for_a_pidfile),
                cmocka_unit_test(the_scoreboard_must_exist_as_well),
                cmocka_unit_test(shared_memory_is_named_as_apr_does),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
