/* Tests of shim/supply/exposure: what is there, and what counts as changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposures.h"
#include "temporary.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct exposure exposure_of(const char *path, unsigned options)
{
        return (struct exposure){.source = (char *)(uintptr_t)path,
                .target = path,
                .options = options,
                .service = "origin"};
}

/* Look again at it, as it is needed in a namespace. */
static int look(struct exposure *exposure)
{
        struct failure failure = {0};
        int fd, error = exposure_take(exposure, ISOLATION_NAMESPACE, &fd, &failure);

        assert_int_equal(fd >= 0, exposure->present);
        assert_true(error == 0 || said(&failure)[0]);
        if (fd >= 0) {
                assert_true(fcntl(fd, F_GETFL) & O_PATH);
                close(fd);
        }
        return error;
}

static struct exposure seen(const char *path, unsigned options)
{
        struct exposure exposure = exposure_of(path, options);

        assert_int_equal(look(&exposure), 0);
        return exposure;
}

static void what_is_there(void **state)
{
        static const struct file_facts nothing;
        struct exposure file = seen(temporary_write("file", "text"), 0), link, none;

        assert_true(file.present);
        assert_int_equal(file.seen.size, 4);
        /* A link of another user than root is not followed. */
        assert_int_equal(symlink("file", temporary_path("link")), 0);
        link = exposure_of(temporary_path("link"), 0);
        assert_int_equal(look(&link), geteuid() == 0 ? 0 : -ELOOP);
        if (geteuid() == 0)
                assert_true(identity_equal(&link.seen.identity, &file.seen.identity));

        none = link;
        unlink(temporary_path("link"));
        assert_int_equal(look(&none), 0);
        assert_false(none.present);
        assert_memory_equal(&none.seen, &nothing, sizeof(nothing));
        assert_false(seen(temporary_path("file/below"), 0).present);

        /* What cannot be told is not absent. */
        assert_int_equal(symlink("loop", temporary_path("loop")), 0);
        none = exposure_of(temporary_path("loop"), EXPOSURE_OPTIONAL);
        assert_int_equal(look(&none), -ELOOP);
        unlink(temporary_path("loop"));
}

enum change { SAME, REWRITTEN, REPLACED };

static void expect_change(const struct exposure *exposure, enum change change)
{
        struct exposure now = *exposure;

        look(&now);
        assert_int_equal(exposure_has_changed(exposure, &now, true), change != SAME);
        assert_int_equal(exposure_has_changed(exposure, &now, false), change == REPLACED);
}

static void set_time(const char *path, time_t seconds, long nanoseconds)
{
        const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {seconds, nanoseconds}};

        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* The kernel's clock of files ticks at least every 10 ms. */
static void wait_for_a_tick(void)
{
        const struct timespec time = {.tv_nsec = 20000000};

        nanosleep(&time, NULL);
}

static void content_changes(void **state)
{
        const char *path = temporary_write("content", "abc");
        struct exposure exposure;

        set_time(path, 1000, 5);
        exposure = seen(path, 0);
        expect_change(&exposure, SAME);
        set_time(path, 999, 5);
        expect_change(&exposure, REWRITTEN);
        set_time(path, 1000, 6);
        expect_change(&exposure, REWRITTEN);
        temporary_write("content", "abcd");
        set_time(path, 1000, 5);
        expect_change(&exposure, REWRITTEN);
}

/* The time of the last change of anything tells, which nobody sets back. */
static void content_changes_in_secret(void **state)
{
        const char *path = temporary_write("secret", "abc");
        struct exposure exposure;

        set_time(path, 1000, 5);
        exposure = seen(path, 0);
        wait_for_a_tick();
        temporary_write("secret", "xyz");
        set_time(path, 1000, 5);
        expect_change(&exposure, REWRITTEN);
        exposure = seen(path, 0);
        wait_for_a_tick();
        assert_int_equal(chmod(path, 0600), 0);
        expect_change(&exposure, REWRITTEN);
        exposure = seen(path, 0);
        expect_change(&exposure, SAME);
}

static void another_file_comes(void **state)
{
        struct exposure exposure;

        set_time(temporary_write("one", "abc"), 1000, 0);
        set_time(temporary_write("two", "abc"), 1000, 0);
        exposure = seen(temporary_path("one"), 0);
        wait_for_a_tick();
        assert_int_equal(rename(temporary_path("two"), temporary_path("one")), 0);
        expect_change(&exposure, REPLACED);
}

static void a_link_leads_elsewhere(void **state)
{
        struct exposure link;

        if (geteuid() != 0)
                return;
        set_time(temporary_write("two", "abc"), 1000, 0);
        assert_int_equal(symlink("two", temporary_path("link")), 0);
        link = seen(temporary_path("link"), 0);
        wait_for_a_tick();
        assert_int_equal(rename(temporary_path("two"), temporary_path("one")), 0);
        assert_int_equal(unlink(temporary_path("link")), 0);
        assert_int_equal(symlink("one", temporary_path("link")), 0);
        expect_change(&link, REWRITTEN);
        temporary_write("three", "");
        assert_int_equal(unlink(temporary_path("link")), 0);
        assert_int_equal(symlink("three", temporary_path("link")), 0);
        expect_change(&link, REPLACED);
}

/* Each is a change once: when it has been looked at, it is known. */
static void what_comes_and_goes(void **state)
{
        for (unsigned options = 0; options <= EXPOSURE_OPTIONAL; options += EXPOSURE_OPTIONAL) {
                struct exposure exposure = seen(temporary_write("guest", ""), options);

                unlink(temporary_path("guest"));
                expect_change(&exposure, REPLACED);
                assert_int_equal(look(&exposure), 0);
                expect_change(&exposure, SAME);
                temporary_write("guest", "");
                expect_change(&exposure, REPLACED);
                assert_int_equal(look(&exposure), 0);
                expect_change(&exposure, SAME);
        }
}

static int check(const char *path, unsigned options, enum setting_isolation isolation,
        struct failure *failure)
{
        struct exposure exposure = exposure_of(path, options);
        struct exposures exposures = {.item = &exposure, .count = 1};
        int error;

        *failure = (struct failure){0};
        error = exposures_check_settings(&exposures, isolation, failure);
        return error < 0 ? error : exposures_check(&exposures, isolation, failure);
}

static void expect_refused(const char *path, unsigned options, const char *reason, bool namespace)
{
        struct failure failure;

        assert_true(check(path, options, ISOLATION_CHROOT, &failure) < 0);
        if (strncmp(said(&failure), "services: origin: /", 19) != 0 ||
                !strstr(said(&failure), path) || !strstr(said(&failure), reason))
                fail_msg("%s: \"%s\"", path, said(&failure));
        assert_int_equal(check(path, options, ISOLATION_NAMESPACE, &failure) == 0, namespace);
}

static void expect_accepted(const char *path, unsigned options)
{
        struct failure failure;

        if (check(path, options, ISOLATION_CHROOT, &failure) != 0 ||
                check(path, options, ISOLATION_NAMESPACE, &failure) != 0)
                fail_msg("%s: \"%s\"", path, said(&failure));
}

static void make_socket(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        strcpy(address.sun_path, path);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        close(fd);
}

static void what_a_jail_can_have(void **state)
{
        const char *file = temporary_write("file", ""), *none = temporary_path("none");

        expect_accepted(file, EXPOSURE_NAMES | EXPOSURE_PROGRAM);
        expect_accepted("/", 0);
        expect_accepted("/dev/null", 0);
        expect_accepted(none, EXPOSURE_OPTIONAL | EXPOSURE_NAMES | EXPOSURE_PROGRAM);
        expect_accepted(none, 0);
        expect_accepted(temporary_path("file/x"), 0);
        expect_refused("/usr", EXPOSURE_NAMES, "is not a regular file: correct the path", false);
        expect_refused("/usr", EXPOSURE_PROGRAM | EXPOSURE_OPTIONAL, "not a regular file", false);
        expect_refused(file, EXPOSURE_WRITABLE, "set isolation = \"namespace\"", true);
        expect_refused(none, EXPOSURE_SLAVE | EXPOSURE_OPTIONAL, "writable or slave in a", true);
}

static void expect_settings(
        struct exposure *exposure, enum setting_isolation isolation, int expected)
{
        const struct exposures exposures = {.item = exposure, .count = 1};
        struct failure failure = {0};

        assert_int_equal(exposures_check_settings(&exposures, isolation, &failure), expected);
        if (expected < 0)
                assert_non_null(strstr(said(&failure), "/srv/www1/usr lies in the jail already"));
}

static void what_cannot_be_copied(void **state)
{
        DIR *devices = opendir("/dev");
        struct exposure double_view = exposure_of("/srv/www1/usr", EXPOSURE_OPTIONAL);
        struct dirent *entry;

        make_socket(temporary_path("socket"));
        expect_refused(temporary_path("socket"), 0, "is a socket, which cannot be copied", true);
        assert_int_equal(mkfifo(temporary_path("fifo"), 0600), 0);
        expect_refused(temporary_path("fifo"), 0, "is a FIFO, which cannot be copied", true);
        while ((entry = readdir(devices))) {
                char path[sizeof("/dev/") + sizeof(entry->d_name)];

                snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
                if (entry->d_type == DT_BLK)
                        expect_refused(path, 0, "is a block device, which cannot be copied", true);
                else if (entry->d_type == DT_CHR)
                        expect_accepted(path, 0);
        }
        closedir(devices);

        double_view.target = double_view.source + strlen("/srv/www1");
        expect_settings(&double_view, ISOLATION_CHROOT, -EINVAL);
        expect_settings(&double_view, ISOLATION_NAMESPACE, 0);
}

static void what_nobody_may_look_at(void **state)
{
        struct failure failure;
        int error;

        assert_int_equal(mkdir(temporary_path("closed"), 0), 0);
        if (geteuid() == 0)
                assert_int_equal(seteuid(65534), 0);
        error = check(temporary_path("closed/x"), EXPOSURE_OPTIONAL, ISOLATION_CHROOT, &failure);
        assert_int_equal(seteuid(getuid()), 0);
        assert_int_equal(error, -EACCES);
        assert_non_null(strstr(said(&failure), "Permission denied"));
}

/* A directory that another user can write to: what is wrong there is no reason to stop. */
static void what_others_put_wrong(void **state)
{
        const char *foreign = temporary_path("foreign");
        struct exposure exposure = exposure_of(temporary_path("foreign/link"), 0);
        struct failure failure;

        assert_int_equal(mkdir(foreign, 0755), 0);
        assert_int_equal(chmod(foreign, 0777), 0);
        assert_int_equal(symlink("/etc", temporary_path("foreign/link")), 0);
        assert_int_equal(mkfifo(temporary_path("foreign/fifo"), 0600), 0);
        assert_int_equal(look(&exposure), -ELOOP);
        assert_true(exposure.left_out);
        assert_int_equal(check(temporary_path("foreign/link"), EXPOSURE_OPTIONAL,
                                 ISOLATION_NAMESPACE, &failure),
                0);
        assert_non_null(strstr(said(&failure), "services: origin: /"));
        assert_non_null(strstr(said(&failure), "link is a symbolic link that another user"));
        assert_int_equal(check(temporary_path("foreign/none"), 0, ISOLATION_CHROOT, &failure), 0);
        assert_int_equal(check(temporary_path("foreign/fifo"), 0, ISOLATION_CHROOT, &failure), 0);
        assert_non_null(strstr(said(&failure), "is a FIFO, which cannot be copied"));
        assert_int_equal(chmod(foreign, 0755), 0);
        assert_true(check(temporary_path("foreign/fifo"), 0, ISOLATION_CHROOT, &failure) < 0);
        assert_int_equal(chmod(foreign, 0755), 0);
        unlink(temporary_path("foreign/link"));
        unlink(temporary_path("foreign/fifo"));
}

/* The source itself, or the link that it is, stands in the jail already. */
static void what_is_there_already(void **state)
{
        struct exposure exposure;
        struct file_facts link, file, other;

        temporary_write("there", "");
        assert_int_equal(symlink("there", temporary_path("to_there")), 0);
        kernel_facts(AT_FDCWD, temporary_path("to_there"), AT_SYMLINK_NOFOLLOW, &link);
        kernel_facts(AT_FDCWD, temporary_path("there"), 0, &file);
        kernel_facts(AT_FDCWD, "/dev/null", 0, &other);
        exposure = seen(temporary_path("there"), 0);
        assert_true(exposure_is_there(&exposure, &file));
        assert_false(exposure_is_there(&exposure, &link));
        assert_false(exposure_is_there(&exposure, &other));
        if (geteuid() == 0) {
                exposure = seen(temporary_path("to_there"), 0);
                assert_true(exposure_is_there(&exposure, &file));
                assert_true(exposure_is_there(&exposure, &link));
                assert_false(exposure_is_there(&exposure, &other));
        }
}

static void all_are_looked_at(void **state)
{
        struct exposure item[] = {exposure_of("/usr", 0), exposure_of("/dev/null", 0),
                exposure_of(temporary_path("none"), 0), exposure_of("/etc", 0),
                exposure_of("/etc", EXPOSURE_NAMES)};
        struct exposures exposures = {.item = item, .count = 4};
        struct failure failure = {0};

        assert_int_equal(exposures_check(&exposures, ISOLATION_CHROOT, &failure), 0);
        assert_true(item[0].present && item[1].present && item[3].present);
        assert_false(item[2].present);
        exposures.count = COUNT(item);
        assert_int_equal(exposures_check(&exposures, ISOLATION_CHROOT, &failure), -EINVAL);
        assert_non_null(strstr(said(&failure), "/etc is not a regular file"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_there),
                cmocka_unit_test(content_changes),
                cmocka_unit_test(content_changes_in_secret),
                cmocka_unit_test(another_file_comes),
                cmocka_unit_test(a_link_leads_elsewhere),
                cmocka_unit_test(what_comes_and_goes),
                cmocka_unit_test(what_a_jail_can_have),
                cmocka_unit_test(what_cannot_be_copied),
                cmocka_unit_test(what_nobody_may_look_at),
                cmocka_unit_test(what_others_put_wrong),
                cmocka_unit_test(what_is_there_already),
                cmocka_unit_test(all_are_looked_at),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
