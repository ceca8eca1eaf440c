/* Tests of what is found behind the shim: the functions that programs are linked with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/loader.h"
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

/* libc has several of each, for programs of different ages. */
static const char *const names[] = {"glob64", "nftw", "posix_spawn", "posix_spawnp", "realpath"};

static void the_newest_version(void **state)
{
        void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);

        assert_non_null(libc);
        for (size_t i = 0; i < COUNT(names); i++)
                if (loader_next(names[i]) != dlsym(libc, names[i]))
                        fail_msg("another %s() than programs have", names[i]);
        dlclose(libc);
}

/* The oldest version refuses a buffer that is NULL. */
static void a_path_in_new_memory(void **state)
{
        char *path = loader_real_path("/");

        assert_string_equal(path ? path : "", "/");
        free(path);
}

/* As libc's own, whether or not it is asked. */
static void the_path_behind_links(void **state)
{
        static const char *const paths[] = {"/proc", "/proc/self/", "/proc/self", "/proc/self/root",
                "/proc/../proc", "/proc/./sys", "//proc", "/proc/", "/proc/nobody",
                "/proc/stat/file", "", "proc", "/proc/.."};

        for (size_t i = 0; i < COUNT(paths); i++) {
                char *path = loader_real_path(paths[i]), *wanted;
                int error = path ? 0 : errno;

                wanted = realpath(paths[i], NULL);
                assert_string_equal(path ? path : "", wanted ? wanted : "");
                assert_int_equal(error, wanted ? 0 : errno);
                free(path);
                free(wanted);
        }
}

static void a_name_of_nobody(void **state)
{
        assert_null(loader_next("chrootshim_no_such_name"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_newest_version),
                cmocka_unit_test(a_path_in_new_memory),
                cmocka_unit_test(the_path_behind_links),
                cmocka_unit_test(a_name_of_nobody),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
