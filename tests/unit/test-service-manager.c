/* Tests of shim/system/service_manager: which commands start a unit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/service_manager.h"
#include "unit.h"

#include <stdbool.h>

#define ARGUMENTS 8

static void commands(void **state)
{
        static const struct {
                bool starts;
                const char *path;
                const char *argv[ARGUMENTS];
        } cases[] = {
                {true, "/bin/systemctl", {"systemctl", "start", "apache2"}},
                {true, "systemctl", {"systemctl", "restart", "apache2"}},
                {true, "/usr/bin/systemctl", {"systemctl", "--no-pager", "-q", "start", "x"}},
                {true, "/bin/systemctl", {"systemctl", "-H", "status", "start", "x"}},
                {true, "/bin/systemctl", {"systemctl", "--host", "status", "restart", "x"}},
                {true, "/bin/systemctl", {"systemctl", "--host=web", "restart", "x"}},
                {true, "/bin/systemctl", {"systemctl", "try-restart", "x"}},
                {true, "/bin/systemctl", {"systemctl", "reload-or-restart", "x"}},
                {true, "/bin/systemctl", {"systemctl", "enable", "--now", "apache2"}},
                {true, "/bin/systemctl", {"systemctl", "--now", "enable", "apache2"}},
                {false, "/bin/systemctl", {"systemctl", "enable", "apache2"}},
                {false, "/bin/systemctl", {"systemctl", "reload", "apache2"}},
                {false, "/bin/systemctl", {"systemctl", "status", "start"}},
                {false, "/bin/systemctl", {"systemctl", "stop", "restart.service"}},
                {false, "/bin/systemctl", {"systemctl", "-n", "start"}},
                {false, "/bin/systemctl", {"systemctl"}},
                {false, "/bin/mysystemctl", {"mysystemctl", "start", "x"}},
                {false, "/bin/sh", {"sh", "-c", "systemctl start x"}},
                {false, "/bin/systemctl", {NULL}},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
                char *argv[ARGUMENTS];

                for (size_t j = 0; j < ARGUMENTS; j++)
                        argv[j] = (char *)(uintptr_t)cases[i].argv[j];
                assert_int_equal(service_manager_starts(cases[i].path, argv), cases[i].starts);
        }
        assert_false(service_manager_starts(NULL, NULL));
        assert_false(service_manager_starts("/bin/systemctl", NULL));
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(commands)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
