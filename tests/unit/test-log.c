/* Tests of shim/system/log: one line a message, whatever is in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/log.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char caught[4096];

/* A directory that only root can change, as a log file wants it; /tmp is none. */
static char safe[] = "/run/chrootshim-unit-XXXXXX";

static int make(void **state)
{
        if (geteuid() == 0 && !mkdtemp(safe))
                return -1;
        return temporary_make(state);
}

static int remove_all(void **state)
{
        if (geteuid() == 0)
                rmdir(safe);
        return temporary_remove(state);
}

static const char *safe_path(const char *name)
{
        static char paths[4][64];
        static unsigned next;
        char *path = paths[next++ % 4];

        if (geteuid() != 0)
                skip();
        snprintf(path, sizeof(paths[0]), "%s/%s", safe, name);
        return path;
}

/* The log keeps its path by reference. */
static void configure_file(void)
{
        static char path[64];

        snprintf(path, sizeof(path), "%s", safe_path("log"));
        log_configure(LEVEL_DEBUG, LOG_TO_FILE, path);
}

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
        struct failure failure;
        FILE *file;

        configure_file();
        assert_int_equal(log_open(&failure), 0);
        assert_string_equal(catch_stderr(speak_to_file), "");
        file = fopen(safe_path("log"), "r");
        assert_non_null(fgets(text, sizeof(text), file));
        fclose(file);
        assert_non_null(strstr(text, "Z chrootshim["));
        assert_non_null(strstr(text, ": debug: to the file\n"));
        assert_int_equal(strncmp(text, "20", 2), 0);
}

static off_t size_of(const char *name)
{
        struct stat facts;

        return stat(safe_path(name), &facts) == 0 ? facts.st_size : -1;
}

static void a_moved_file_is_opened_anew(void **state)
{
        off_t size;

        assert_int_equal(rename(safe_path("log"), safe_path("moved")), 0);
        speak_to_file();
        log_reopen();
        speak_to_file();
        assert_true(size_of("log") > 0);
        size = size_of("moved");
        assert_true(size > size_of("log"));
        unlink(safe_path("moved"));
}

/* Something else is there when the file was moved away: the old one is kept, with one line. */
static void a_file_that_cannot_be_opened_anew_stays(void **state)
{
        off_t size;

        assert_int_equal(rename(safe_path("log"), safe_path("moved")), 0);
        assert_int_equal(mkfifo(safe_path("log"), 0600), 0);
        size = size_of("moved");
        log_reopen();
        assert_true(size_of("moved") > size);
        size = size_of("moved");
        log_reopen();
        assert_int_equal(size_of("moved"), size);
        speak_to_file();
        assert_true(size_of("moved") > size);
        unlink(safe_path("log"));
        log_reopen();
        assert_int_equal(size_of("log"), 0);
        unlink(safe_path("moved"));
}

/* A client and a server on loopback: the server's end. */
static int connection_of(int *ret_client)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof(address);
        int listener = socket(AF_INET, SOCK_STREAM, 0), connection;

        *ret_client = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(listener, 1), 0);
        assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
        assert_int_equal(connect(*ret_client, (struct sockaddr *)&address, size), 0);
        connection = accept(listener, NULL, NULL);
        close(listener);
        return connection;
}

static void a_network_peer_is_told_nothing(void **state)
{
        int saved = dup(STDERR_FILENO), client, connection = connection_of(&client);
        char byte;

        log_configure(LEVEL_WARNING, LOG_TO_STDERR, NULL);
        dup2(connection, STDERR_FILENO);
        errno = EXDEV;
        speak_plainly();
        assert_int_equal(errno, EXDEV);
        dup2(saved, STDERR_FILENO);
        assert_int_equal(recv(client, &byte, 1, MSG_DONTWAIT), -1);
        close(client);
        close(connection);
        close(saved);
}

/* Servers close what they do not know; the number may be another file then. */
static void a_closed_log_is_noticed(void **state)
{
        safe_path("log");
        for (int fd = 3; fd < 1024; fd++)
                close(fd);
        assert_non_null(strstr(catch_stderr(speak_to_file), "to the file"));
}

static void a_worker_leaves_it(void **state)
{
        struct failure failure;
        off_t size;

        configure_file();
        assert_int_equal(log_open(&failure), 0);
        size = size_of("log");
        log_leave();
        assert_non_null(strstr(catch_stderr(speak_to_file), "to the file"));
        assert_int_equal(size_of("log"), size);
        unlink(safe_path("log"));
}

static void refuse(const char *path, const char *what)
{
        struct failure failure;

        log_configure(LEVEL_DEBUG, LOG_TO_FILE, path);
        assert_true(log_open(&failure) < 0);
        assert_non_null(strstr(said(&failure), what));
}

static void what_others_could_change_is_refused(void **state)
{
        refuse("/tmp/chrootshim-unit.log", "/tmp is writable by its group or others");
        refuse(temporary_path("log"), "/tmp is writable by its group or others");
        refuse("/none/log", "/none: No such file or directory");
        refuse("/dev/zero", "/dev/zero is no regular file");
        refuse("/etc", "/etc is no regular file");
        symlink("other", safe_path("link"));
        refuse(safe_path("link"), "link is no regular file");
        unlink(safe_path("link"));
        assert_int_equal(mkfifo(safe_path("fifo"), 0600), 0);
        refuse(safe_path("fifo"), "fifo is no regular file");
        unlink(safe_path("fifo"));
        close(open(safe_path("theirs"), O_CREAT | O_WRONLY, 0600));
        assert_int_equal(chown(safe_path("theirs"), 65534, 0), 0);
        refuse(safe_path("theirs"), "theirs belongs to uid 65534");
        unlink(safe_path("theirs"));
}

static void the_null_device_is_no_log(void **state)
{
        struct failure failure;

        log_configure(LEVEL_DEBUG, LOG_TO_FILE, "/dev/null");
        assert_int_equal(log_open(&failure), 0);
        assert_string_equal(catch_stderr(speak_to_file), "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_has_pid_and_level),
                cmocka_unit_test(a_line_stays_one_line),
                cmocka_unit_test(a_long_line_is_cut),
                cmocka_unit_test(a_network_peer_is_told_nothing),
                cmocka_unit_test(a_file_is_appended_with_the_time),
                cmocka_unit_test(a_moved_file_is_opened_anew),
                cmocka_unit_test(a_file_that_cannot_be_opened_anew_stays),
                cmocka_unit_test(a_closed_log_is_noticed),
                cmocka_unit_test(a_worker_leaves_it),
                cmocka_unit_test(what_others_could_change_is_refused),
                cmocka_unit_test(the_null_device_is_no_log),
        };

        return cmocka_run_group_tests(tests, make, remove_all);
}
