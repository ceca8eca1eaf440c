/* Tests of shim/process/role: every event in every standing that decides differently. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/role.h"
#include "unit.h"

#define WATCHING .role = CHROOTSHIM_WATCHING, .own_memory = true, .has_pidfile = true
#define PENDING .role = CHROOTSHIM_PENDING, .own_memory = true, .serving = true, .has_pidfile = true

static void expect(struct role_standing standing, enum role_event event, enum role_verdict verdict)
{
        assert_int_equal(role_judge(&standing, event), verdict);
}

static void inert_and_jailed_processes_are_let_alone(void **state)
{
        for (enum role_event event = EVENT_DROP; event < EVENT_COUNT; event++) {
                expect((struct role_standing){.role = CHROOTSHIM_INERT,
                               .own_memory = true,
                               .serving = true,
                               .root = true},
                        event, VERDICT_PROCEED);
                expect((struct role_standing){.role = CHROOTSHIM_JAILED,
                               .own_memory = true,
                               .serving = true,
                               .root = true},
                        event, VERDICT_PROCEED);
        }
}

static void a_drop_jails_a_worker_and_any_process_of_a_server(void **state)
{
        expect((struct role_standing){PENDING, .root = true}, EVENT_DROP, VERDICT_ENTER);
        expect((struct role_standing){WATCHING, .root = true, .serving = true}, EVENT_DROP,
                VERDICT_ENTER);
        expect((struct role_standing){WATCHING, .root = true}, EVENT_DROP, VERDICT_PROCEED);
}

static void an_effective_drop_counts_in_a_pending_child_only(void **state)
{
        expect((struct role_standing){PENDING, .root = true}, EVENT_DROP_EFFECTIVE, VERDICT_ENTER);
        expect((struct role_standing){WATCHING, .root = true, .serving = true},
                EVENT_DROP_EFFECTIVE, VERDICT_PROCEED);
}

static void serving_jails_a_pending_child(void **state)
{
        expect((struct role_standing){PENDING, .root = true}, EVENT_WAIT, VERDICT_ENTER);
        expect((struct role_standing){PENDING}, EVENT_WAIT, VERDICT_ENTER);
        expect((struct role_standing){PENDING, .root = true}, EVENT_THREAD, VERDICT_ENTER);
        expect((struct role_standing){PENDING, .root = true}, EVENT_RECEIVE, VERDICT_ENTER);
        expect((struct role_standing){WATCHING, .serving = true}, EVENT_RECEIVE, VERDICT_PROCEED);
        expect((struct role_standing){WATCHING, .serving = true, .root = true}, EVENT_WAIT,
                VERDICT_PROCEED);
        expect((struct role_standing){PENDING, .root = true}, EVENT_ACCEPT, VERDICT_ENTER);
}

static void a_root_child_may_touch_what_it_likes(void **state)
{
        expect((struct role_standing){PENDING, .root = true}, EVENT_TOUCH, VERDICT_PROCEED);
        expect((struct role_standing){PENDING}, EVENT_TOUCH, VERDICT_ENTER);
        expect((struct role_standing){PENDING, .becomes_daemon = true}, EVENT_TOUCH,
                VERDICT_PROCEED);
        expect((struct role_standing){PENDING, .becomes_daemon = true}, EVENT_ACCEPT,
                VERDICT_ENTER);
        expect((struct role_standing){PENDING, .becomes_daemon = true}, EVENT_WAIT, VERDICT_ENTER);
        expect((struct role_standing){WATCHING, .serving = true}, EVENT_TOUCH, VERDICT_PROCEED);
}

static void where_each_user_has_a_jail_only_the_drop_enters(void **state)
{
        const struct role_standing pending = {PENDING, .root = true, .awaits_drop = true};
        const struct role_standing allowed = {
                PENDING, .root = true, .awaits_drop = true, .accepts_as_root = true};

        expect(pending, EVENT_DROP, VERDICT_ENTER);
        expect(pending, EVENT_DROP_EFFECTIVE, VERDICT_ENTER);
        for (enum role_event event = EVENT_ACCEPT; event <= EVENT_THREAD; event++) {
                expect(pending, event, VERDICT_REFUSE);
                expect(allowed, event, VERDICT_PROCEED);
        }
        expect(pending, EVENT_TOUCH, VERDICT_PROCEED);
        expect(allowed, EVENT_DROP, VERDICT_ENTER);
        expect((struct role_standing){WATCHING, .root = true, .serving = true, .awaits_drop = true,
                       .accepts_as_root = true},
                EVENT_ACCEPT, VERDICT_REFUSE);
        expect((struct role_standing){WATCHING, .root = true, .serving = true, .awaits_drop = true},
                EVENT_ACCEPT, VERDICT_REFUSE);
        expect((struct role_standing){WATCHING, .root = true, .serving = true, .awaits_drop = true},
                EVENT_DROP, VERDICT_ENTER);
}

/* Also with one jail for all; a process without root, or that is no child, is jailed as ever. */
static void a_root_child_may_serve_outside_until_it_drops_with_consent(void **state)
{
        const struct role_standing allowed = {PENDING, .root = true, .accepts_as_root = true};
        struct role_standing standing = allowed;

        for (enum role_event event = EVENT_ACCEPT; event < EVENT_COUNT; event++)
                expect(allowed, event, VERDICT_PROCEED);
        expect(allowed, EVENT_DROP, VERDICT_ENTER);
        expect(allowed, EVENT_DROP_EFFECTIVE, VERDICT_ENTER);
        standing.root = false;
        for (enum role_event event = EVENT_ACCEPT; event < EVENT_COUNT; event++)
                expect(standing, event, VERDICT_ENTER);
        standing.root = true;
        standing.role = CHROOTSHIM_WATCHING;
        expect(standing, EVENT_ACCEPT, VERDICT_ENTER);
        standing.has_workers = true;
        expect(standing, EVENT_ACCEPT, VERDICT_REFUSE);
}

/* A master that has workers does not serve; who has none is the worker itself. */
static void an_unjailed_accept_is_refused(void **state)
{
        expect((struct role_standing){WATCHING, .root = true, .serving = true, .has_forked = true,
                       .has_workers = true},
                EVENT_ACCEPT, VERDICT_REFUSE);
        expect((struct role_standing){WATCHING, .root = true, .serving = true,
                       .accepts_as_master = true, .has_workers = true},
                EVENT_ACCEPT, VERDICT_PROCEED);
        expect((struct role_standing){WATCHING, .root = true, .serving = true,
                       .accepts_as_master = true},
                EVENT_ACCEPT, VERDICT_PROCEED);
        /* A child that the shim did not see appear has the pid of nobody. */
        expect((struct role_standing){.role = CHROOTSHIM_PENDING, .serving = true}, EVENT_ACCEPT,
                VERDICT_REFUSE);
        expect((struct role_standing){WATCHING, .root = true, .has_workers = true}, EVENT_ASKED,
                VERDICT_REFUSE);
}

static void a_server_of_one_process_is_its_worker(void **state)
{
        expect((struct role_standing){WATCHING, .root = true, .serving = true}, EVENT_ACCEPT,
                VERDICT_ENTER);
        expect((struct role_standing){WATCHING, .serving = true, .has_forked = true}, EVENT_ACCEPT,
                VERDICT_ENTER);
        /* One that was forked apart need not know that its parent listens. */
        expect((struct role_standing){WATCHING}, EVENT_ACCEPT, VERDICT_ENTER);
}

static void threads_of_a_server_of_one_process(void **state)
{
        const struct role_standing alone = {
                .role = CHROOTSHIM_WATCHING, .own_memory = true, .serving = true, .root = true};
        struct role_standing standing = alone;

        expect(standing, EVENT_THREAD, VERDICT_ENTER);
        expect(standing, EVENT_WAIT, VERDICT_PROCEED);
        standing.has_pidfile = true;
        expect(standing, EVENT_THREAD, VERDICT_PROCEED);
        standing = alone;
        standing.has_forked = true;
        expect(standing, EVENT_THREAD, VERDICT_PROCEED);
        standing = alone;
        standing.serving = false;
        expect(standing, EVENT_THREAD, VERDICT_PROCEED);
}

/* Its children do not, and what it would serve by itself, it is jailed for. */
static void a_master_may_give_up_root(void **state)
{
        struct role_standing standing = {
                WATCHING, .serving = true, .root = true, .drops_as_master = true};

        expect(standing, EVENT_DROP, VERDICT_PROCEED);
        standing.one_process = true;
        expect(standing, EVENT_DROP, VERDICT_ENTER);
        standing.one_process = standing.root = false;
        expect(standing, EVENT_ACCEPT, VERDICT_ENTER);
        standing.role = CHROOTSHIM_PENDING;
        expect(standing, EVENT_TOUCH, VERDICT_ENTER);
        standing.root = true;
        expect(standing, EVENT_DROP, VERDICT_ENTER);
}

/* Even before it serves, with a pidfile, and as a daemon that has forked. */
static void one_process_is_jailed_before_its_first_thread_and_as_it_drops_root(void **state)
{
        struct role_standing standing = {
                WATCHING, .one_process = true, .root = true, .has_forked = true};

        expect(standing, EVENT_THREAD, VERDICT_ENTER);
        expect(standing, EVENT_DROP, VERDICT_ENTER);
        expect(standing, EVENT_DROP_EFFECTIVE, VERDICT_PROCEED);
        expect(standing, EVENT_WAIT, VERDICT_PROCEED);
        standing.own_memory = false;
        expect(standing, EVENT_THREAD, VERDICT_PROCEED);
}

/* Without a pidfile, a child that became a daemon and forks is the master, until it accepts. */
static void a_pending_child_that_forks_may_be_the_master(void **state)
{
        const struct role_standing daemon = {.role = CHROOTSHIM_PENDING,
                .own_memory = true,
                .serving = true,
                .root = true,
                .has_forked = true};
        struct role_standing standing = daemon;

        expect(standing, EVENT_WAIT, VERDICT_PROCEED);
        expect(standing, EVENT_THREAD, VERDICT_PROCEED);
        expect(standing, EVENT_ACCEPT, VERDICT_ENTER);
        expect(standing, EVENT_RECEIVE, VERDICT_ENTER);
        expect(standing, EVENT_DROP, VERDICT_ENTER);
        standing.has_pidfile = true;
        expect(standing, EVENT_WAIT, VERDICT_ENTER);
        standing = daemon;
        standing.root = false;
        expect(standing, EVENT_WAIT, VERDICT_ENTER);
        standing = daemon;
        standing.has_forked = false;
        expect(standing, EVENT_WAIT, VERDICT_ENTER);
}

static void nothing_triggers_in_a_vfork_child(void **state)
{
        for (enum role_event event = EVENT_DROP; event < EVENT_COUNT; event++)
                if (event != EVENT_ACCEPT && event != EVENT_ASKED)
                        expect((struct role_standing){.role = CHROOTSHIM_PENDING, .serving = true},
                                event, VERDICT_PROCEED);
}

/* A module that looks up may ask others; it neither accepts nor changes the user. */
static void what_a_look_up_does_counts_for_nothing(void **state)
{
        for (enum role_event event = EVENT_DROP; event < EVENT_COUNT; event++) {
                bool counts = event == EVENT_DROP || event == EVENT_DROP_EFFECTIVE ||
                              event == EVENT_ACCEPT;

                expect((struct role_standing){PENDING, .root = true, .in_lookup = true}, event,
                        counts ? VERDICT_ENTER : VERDICT_PROCEED);
        }
}

static void children_of_an_armed_master_are_pending(void **state)
{
        assert_int_equal(role_of_child(CHROOTSHIM_WATCHING, true), CHROOTSHIM_PENDING);
        assert_int_equal(role_of_child(CHROOTSHIM_WATCHING, false), CHROOTSHIM_WATCHING);
        assert_int_equal(role_of_child(CHROOTSHIM_PENDING, false), CHROOTSHIM_PENDING);
        assert_int_equal(role_of_child(CHROOTSHIM_JAILED, true), CHROOTSHIM_JAILED);
        assert_int_equal(role_of_child(CHROOTSHIM_INERT, true), CHROOTSHIM_INERT);
}

/* A child of a server that is forked before there is a pidfile, and has given up root. */
static void who_may_be_a_worker_that_was_forked_early(void **state)
{
        const struct role_standing early = {WATCHING, .serving = true, .is_child = true};
        struct role_standing standing = early;

        assert_true(role_is_early(&early));
        standing.root = true;
        assert_false(role_is_early(&standing));
        standing = early;
        standing.is_child = false;
        assert_false(role_is_early(&standing));
        standing = early;
        standing.serving = false;
        assert_false(role_is_early(&standing));
        standing = early;
        standing.has_pidfile = false;
        assert_false(role_is_early(&standing));
        standing = early;
        standing.own_memory = false;
        assert_false(role_is_early(&standing));
        for (enum chrootshim_role role = CHROOTSHIM_INERT; role <= CHROOTSHIM_JAILED; role++) {
                standing = early;
                standing.role = role;
                assert_int_equal(role_is_early(&standing), role == CHROOTSHIM_WATCHING);
        }
}

static void only_a_change_from_root_drops(void **state)
{
        assert_true(role_drops(0, 33));
        assert_false(role_drops(0, 0));
        assert_false(role_drops(0, (uid_t)-1));
        assert_false(role_drops(33, 34));
}

static void looking_at_oneself_does_not_count(void **state)
{
        assert_false(role_path_counts("/proc/self/status"));
        assert_false(role_path_counts("/dev/null"));
        assert_false(role_path_counts("/dev/fd/3"));
        assert_false(role_path_counts(NULL));
        assert_true(role_path_counts("/proc/selfish"));
        assert_true(role_path_counts("/dev/nullable"));
        assert_true(role_path_counts("relative"));
        assert_true(role_path_counts("/etc/passwd"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(inert_and_jailed_processes_are_let_alone),
                cmocka_unit_test(a_drop_jails_a_worker_and_any_process_of_a_server),
                cmocka_unit_test(an_effective_drop_counts_in_a_pending_child_only),
                cmocka_unit_test(serving_jails_a_pending_child),
                cmocka_unit_test(a_root_child_may_touch_what_it_likes),
                cmocka_unit_test(where_each_user_has_a_jail_only_the_drop_enters),
                cmocka_unit_test(a_root_child_may_serve_outside_until_it_drops_with_consent),
                cmocka_unit_test(an_unjailed_accept_is_refused),
                cmocka_unit_test(a_server_of_one_process_is_its_worker),
                cmocka_unit_test(threads_of_a_server_of_one_process),
                cmocka_unit_test(a_master_may_give_up_root),
                cmocka_unit_test(
                        one_process_is_jailed_before_its_first_thread_and_as_it_drops_root),
                cmocka_unit_test(a_pending_child_that_forks_may_be_the_master),
                cmocka_unit_test(nothing_triggers_in_a_vfork_child),
                cmocka_unit_test(what_a_look_up_does_counts_for_nothing),
                cmocka_unit_test(children_of_an_armed_master_are_pending),
                cmocka_unit_test(who_may_be_a_worker_that_was_forked_early),
                cmocka_unit_test(only_a_change_from_root_drops),
                cmocka_unit_test(looking_at_oneself_does_not_count),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
