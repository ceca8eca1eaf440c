/* Tests of shim/system/log: one line a message, whatever is in it. */
#include "system/log.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char caught[4096];

/* Have stderr in a file while @speak runs; then it is in caught[]. */
static const char *catch_stderr(void (*speak)(void))
{
        int saved = dup(STDERR_FILENO);
        int file = open(temporary_path("stderr"), O_RDWR | O_CREAT | O_TRUNC, 0600);
        ssize_t length;

        dup2(file, STDERR_FILENO);
        speak();
        dup2(saved, STDERR_FILENO);
        length = pread(file, caught, sizeof(caught) - 1, 0);
        caught[length < 0 ? 0 : length] = '\0';
        close(file);
        close(saved);
        return caught;
}

static void speak_plainly(void)
{
        log_line(LEVEL_ERROR, "jail ", "/srv/www1", ": gone", NULL);
        log_line(LEVEL_INFO, "not at this level", NULL);
}

static void a_line_has_pid_and_level(void **state)
{
        char expected[64];

        log_configure(LEVEL_WARNING, LOG_TO_STDERR, NULL);
        snprintf(expected, sizeof(expected), "chrootshim[%d]: error: jail /srv/www1: gone\n",
                getpid());
        assert_string_equal(catch_stderr(speak_plainly), expected);
}

static void speak_badly(void)
{
        log_line(LEVEL_ERROR, "a\nb\x1b[31mc\x7f", NULL);
}

static void a_line_stays_one_line(void **state)
{
        assert_non_null(strstr(catch_stderr(speak_badly), ": a?b?[31mc?\n"));
        assert_ptr_equal(strchr(caught, '\n'), caught + strlen(caught) - 1);
}

static void speak_long(void)
{
        static char text[2 * LOG_LINE_SIZE];

        memset(text, 'x', sizeof(text) - 1);
        log_line(LEVEL_ERROR, text, NULL);
}

static void a_long_line_is_cut(void **state)
{
        catch_stderr(speak_long);
        assert_int_equal(strlen(caught), LOG_LINE_SIZE);
        assert_string_equal(caught + LOG_LINE_SIZE - 5, "x...\n");
}

static void speak_to_file(void)
{
        errno = EXDEV;
        log_line(LEVEL_DEBUG, "to the file", NULL);
        assert_int_equal(errno, EXDEV);
}

static void a_file_is_appended_with_the_time(void **state)
{
        char text[256] = "";
        FILE *file;

        log_configure(LEVEL_DEBUG, LOG_TO_FILE, strdup(temporary_path("log")));
        assert_int_equal(log_open(), 0);
        assert_string_equal(catch_stderr(speak_to_file), "");
        file = fopen(temporary_path("log"), "r");
        assert_non_null(fgets(text, sizeof(text), file));
        fclose(file);
        assert_non_null(strstr(text, "Z chrootshim["));
        assert_non_null(strstr(text, ": debug: to the file\n"));
        assert_int_equal(strncmp(text, "20", 2), 0);
}

static void a_moved_file_is_opened_anew(void **state)
{
        char moved[512];
        struct stat facts;

        snprintf(moved, sizeof(moved), "%s", temporary_path("moved"));
        assert_int_equal(rename(temporary_path("log"), moved), 0);
        speak_to_file();
        assert_int_equal(log_open(), 0);
        speak_to_file();
        assert_int_equal(stat(temporary_path("log"), &facts), 0);
        assert_true(facts.st_size > 0);
        assert_int_equal(stat(moved, &facts), 0);
        assert_true(facts.st_size > 0);
}

/* Servers close what they do not know; the number may be another file then. */
static void a_closed_log_is_noticed(void **state)
{
        for (int fd = 3; fd < 1024; fd++)
                close(fd);
        assert_non_null(strstr(catch_stderr(speak_to_file), "to the file"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_has_pid_and_level),
                cmocka_unit_test(a_line_stays_one_line),
                cmocka_unit_test(a_long_line_is_cut),
                cmocka_unit_test(a_file_is_appended_with_the_time),
                cmocka_unit_test(a_moved_file_is_opened_anew),
                cmocka_unit_test(a_closed_log_is_noticed),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
