/* Tests of shim/supply/lock_files: what is remembered, carried, and handed out to whom. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/lock_files.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREATE (O_CREAT | O_EXCL | O_WRONLY)

static int create(const char *name)
{
        const char *path = temporary_path(name);
        int fd = open(path, CREATE, 0600);

        assert_true(fd >= 0);
        lock_files_remember(path, CREATE, fd);
        return fd;
}

static void drop_carried(const char *name)
{
        int fd = lock_files_hand_out(temporary_path(name), O_WRONLY);

        if (fd >= 0)
                close(fd);
}

static void a_worker_gets_an_open_file_of_its_own(void **state)
{
        int master = create("own"), worker;

        lock_files_carry();
        assert_int_equal(lock_files_carried, 1);
        unlink(temporary_path("own"));
        worker = lock_files_hand_out(temporary_path("own"), O_WRONLY | O_CREAT | O_CLOEXEC);
        assert_true(worker >= 0);
        assert_int_equal(lock_files_carried, 0);
        /* A lock of the same open file would be granted twice. */
        assert_int_equal(flock(master, LOCK_EX | LOCK_NB), 0);
        assert_int_equal(flock(worker, LOCK_EX | LOCK_NB), -1);
        assert_int_equal(errno, EWOULDBLOCK);
        assert_int_equal(fcntl(worker, F_GETFD), FD_CLOEXEC);
        assert_int_equal(lock_files_hand_out(temporary_path("own"), O_WRONLY), -ENOENT);
        close(master);
        close(worker);
}

static void what_is_lost_is_forgotten(void **state)
{
        close(create("lost"));
        lock_files_forget(temporary_path("lost"));
        lock_files_carry();
        assert_int_equal(lock_files_carried, 0);
        unlink(temporary_path("lost"));
}

static void another_file_of_that_name_is_not_carried(void **state)
{
        close(create("replaced"));
        temporary_write("other", "x");
        assert_int_equal(rename(temporary_path("other"), temporary_path("replaced")), 0);
        lock_files_carry();
        assert_int_equal(lock_files_carried, 0);
        unlink(temporary_path("replaced"));
}

static void only_the_way_it_was_opened_is_handed_out(void **state)
{
        close(create("way"));
        lock_files_carry();
        assert_int_equal(lock_files_hand_out(temporary_path("way"), O_RDONLY), -ENOENT);
        assert_int_equal(lock_files_hand_out(temporary_path("way"), O_RDWR), -ENOENT);
        assert_int_equal(lock_files_hand_out(temporary_path("way"), O_WRONLY | O_TRUNC), -ENOENT);
        assert_int_equal(
                lock_files_hand_out(temporary_path("way"), O_WRONLY | O_CREAT | O_EXCL), -ENOENT);
        assert_int_equal(lock_files_hand_out(temporary_path("else"), O_WRONLY), -ENOENT);
        drop_carried("way");
        assert_int_equal(lock_files_carried, 0);
}

static void a_reused_descriptor_is_noticed(void **state)
{
        close(create("reused"));
        lock_files_carry();
        assert_int_equal(lock_files_carried, 1);
        for (int fd = 3; fd < 1024; fd++)
                close(fd);
        assert_int_equal(lock_files_hand_out(temporary_path("reused"), O_WRONLY), -ENOENT);
        lock_files_carried = 0;
        lock_files_forget(temporary_path("reused"));
}

static void the_table_has_an_end(void **state)
{
        char name[16];

        for (int i = 0; i < LOCK_FILES_LIMIT + 2; i++) {
                snprintf(name, sizeof(name), "many%d", i);
                close(create(name));
        }
        lock_files_carry();
        assert_int_equal(lock_files_carried, LOCK_FILES_LIMIT);
        assert_int_equal(lock_files_hand_out(temporary_path("many0"), O_WRONLY), -ENOENT);
        snprintf(name, sizeof(name), "many%d", LOCK_FILES_LIMIT + 1);
        assert_true(lock_files_hand_out(temporary_path(name), O_WRONLY) >= 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_worker_gets_an_open_file_of_its_own),
                cmocka_unit_test(what_is_lost_is_forgotten),
                cmocka_unit_test(another_file_of_that_name_is_not_carried),
                cmocka_unit_test(only_the_way_it_was_opened_is_handed_out),
                cmocka_unit_test(a_reused_descriptor_is_noticed),
                cmocka_unit_test(the_table_has_an_end),
        };

        return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
