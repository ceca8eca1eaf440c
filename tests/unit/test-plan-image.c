/* Tests of the image of a plan, by which it comes to a worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/plan_image.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char real[] = "/srv/jails/alice", link_path[] = "/home", link_text[] = "srv/jails";
static char link_real[] = "/srv/jails", first[] = "/srv/jails/alice/etc/hosts", second[] = "/etc";
static char others[] = "/run/other", own[] = "/run/own", a[] = "A=1", b[] = "B=";
static char log_path[] = "/var/log/alice.log", user[] = "alice";

static struct path_link links[] = {{link_path, link_text, link_real}, {link_text, NULL, link_real}};

static struct exposure exposures[] = {
        {.source = first, .target = first + 16, .service = "dns", .present = true},
        {.source = second, .target = second, .options = 5},
};

static struct plan one(void)
{
        struct plan plan = PLAN_NONE;

        plan.jail.real = real;
        plan.jail.configured = "/home/alice";
        plan.jail.identity = (struct identity){.device = 8, .inode = 15};
        path_prefixes_set(&plan.jail.prefixes, "/home/alice", real);
        plan.jail.links = (struct path_links){links, 2};
        plan.exposures.item = exposures;
        plan.exposures.count = 2;
        plan.settings.log_path = log_path;
        plan.settings.pidfile = others;
        plan.user = user;
        return plan;
}

static struct plan taken(char ***ret_variables)
{
        char *variables[] = {a, b, NULL};
        struct plan from = one(), plan = PLAN_NONE;
        int fd = plan_image_make(&from, variables);

        assert_true(fd >= 0);
        plan.is_template = true;
        plan.settings.pidfile = own;
        plan.jail.below = "/below";
        plan.refresher.pid = 77;
        assert_int_equal(plan_image_take(fd, &plan, ret_variables), 0);
        close(fd);
        return plan;
}

static void what_comes_is_the_jail_with_all_its_ways(void **state)
{
        char **variables;
        struct plan plan = taken(&variables);

        (void)state;
        assert_string_equal(plan.jail.real, "/srv/jails/alice");
        assert_string_equal(plan.jail.configured, "/home/alice");
        assert_int_equal(plan.jail.identity.inode, 15);
        assert_int_equal(plan.jail.prefixes.count, 2);
        assert_string_equal(path_inside(&plan.jail.prefixes, "/home/alice/x"), "/x");
        assert_string_equal(path_inside(&plan.jail.prefixes, "/srv/jails/alice/y"), "/y");
        assert_string_equal(path_inside(&plan.jail.prefixes, "/srv/jails/bob"), "/srv/jails/bob");
        assert_int_equal(plan.jail.links.count, 2);
        assert_string_equal(plan.jail.links.item[0].text, "srv/jails");
        assert_null(plan.jail.links.item[1].text);
        assert_int_equal(plan.jail.fd, -1);
        assert_int_equal(plan.jail.namespace, -1);
        assert_string_equal(plan.user, "alice");
        assert_string_equal(plan.settings.log_path, "/var/log/alice.log");
        assert_false(plan.is_template);
}

static void what_is_exposed_comes_along(void **state)
{
        char **variables;
        struct plan plan = taken(&variables);

        (void)state;
        assert_int_equal(plan.exposures.count, 2);
        assert_string_equal(plan.exposures.item[0].source, first);
        assert_string_equal(plan.exposures.item[0].target, "/etc/hosts");
        assert_ptr_equal(plan.exposures.item[1].target, plan.exposures.item[1].source);
        assert_int_equal(plan.exposures.item[1].options, 5);
        assert_string_equal(variables[0], "A=1");
        assert_string_equal(variables[1], "B=");
        assert_null(variables[2]);
}

static void what_is_the_servers_stays(void **state)
{
        char **variables;
        struct plan plan = taken(&variables);

        (void)state;
        assert_string_equal(plan.settings.pidfile, "/run/own");
        assert_string_equal(plan.jail.below, "/below");
        assert_int_equal(plan.refresher.pid, 77);
}

static void nobody_can_change_it(void **state)
{
        struct plan from = one();
        int fd = plan_image_make(&from, NULL);

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, "x", 1, 0), -1);
        assert_int_equal(errno, EPERM);
        assert_int_equal(ftruncate(fd, 1), -1);
        close(fd);
}

static void another_file_is_none(void **state)
{
        struct plan plan = PLAN_NONE;
        char **variables;
        int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

        (void)state;
        assert_int_equal(plan_image_take(fd, &plan, &variables), -EIO);
        close(fd);
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_int_equal(plan_image_take(fd, &plan, &variables), -EIO);
        close(fd);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_comes_is_the_jail_with_all_its_ways),
                cmocka_unit_test(what_is_exposed_comes_along),
                cmocka_unit_test(what_is_the_servers_stays),
                cmocka_unit_test(nobody_can_change_it),
                cmocka_unit_test(another_file_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
