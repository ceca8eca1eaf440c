/* Tests of shim/supply/residue_wants: what of a jail is still wanted, and by what path. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue_wants.h"
#include "temporary.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct want wanted[] = {
        {"/copy/b", MANIFEST_COPY},
        {"/place/b", MANIFEST_PLACE},
        {"/both", MANIFEST_PLACE},
        {"/both", MANIFEST_COPY},
        {"/copy-c", MANIFEST_COPY},
        {"/a/b/c/d", MANIFEST_PLACE},
};

/* A directory without any of them: paths come to themselves. */
static int root;

static void begin(struct wants *wants)
{
        assert_int_equal(wants_begin(wants, COUNT(wanted)), 0);
        for (size_t i = 0; i < COUNT(wanted); i++)
                wants_add(wants, root, wanted[i].kind, wanted[i].path);
}

static void what_is_wanted(void **state)
{
        static const struct {
                const char *path;
                enum manifest_kind kind;
                bool wanted;
        } cases[] = {
                {"/copy/b", MANIFEST_FILE, true},
                {"/copy/b/c", MANIFEST_FILE, true},
                {"/copy/b/c/d", MANIFEST_DIRECTORY, true},
                {"/copy", MANIFEST_DIRECTORY, true},
                {"/copy/a", MANIFEST_FILE, false},
                {"/copy/b0", MANIFEST_FILE, false},
                {"/copy-c", MANIFEST_LINK, true},
                {"/copy-c/d", MANIFEST_FILE, true},
                {"/cop", MANIFEST_DIRECTORY, false},
                {"/place/b", MANIFEST_POINT, true},
                {"/place/b", MANIFEST_DIRECTORY, true},
                {"/place/b", MANIFEST_FILE, false},
                {"/place/b/c", MANIFEST_FILE, false},
                {"/both", MANIFEST_FILE, true},
                {"/both/c", MANIFEST_FILE, true},
                {"/a", MANIFEST_DIRECTORY, true},
                {"/a/b/c", MANIFEST_DIRECTORY, true},
                {"/a/b/d", MANIFEST_DIRECTORY, false},
                {"/a/b/c/d", MANIFEST_FILE, false},
                {"/zzz", MANIFEST_DIRECTORY, false},
        };
        static struct wants wants;

        begin(&wants);
        for (size_t i = 0; i < COUNT(cases); i++)
                if (wants_have(&wants, cases[i].kind, cases[i].path) != cases[i].wanted)
                        fail_msg("%s is %swanted", cases[i].path, cases[i].wanted ? "not " : "");
        wants_end(&wants);
}

static void what_is_wanted_below(void **state)
{
        static const struct {
                const char *top, *path;
                bool wanted;
        } cases[] = {
                {"/copy/b", "/copy/b", false},
                {"/copy/b", "/copy/b/c", false},
                {"/copy", "/copy/b", true},
                {"/copy", "/copy/b/c", true},
                {"/copy", "/copy/a", false},
                {"/copy", "/copy", true},
                {"/a", "/a/b", true},
                {"/a/b", "/a/b/c/d/e", true},
                {"/a/b/c/d", "/a/b/c/d/e", false},
        };
        static struct wants wants;

        begin(&wants);
        for (size_t i = 0; i < COUNT(cases); i++)
                if (wants_have_below(&wants, cases[i].top, cases[i].path) != cases[i].wanted)
                        fail_msg("%s below %s is %swanted", cases[i].path, cases[i].top,
                                cases[i].wanted ? "not " : "");
        wants_end(&wants);
}

/* One that comes after a question is found as well. */
static void one_more(void **state)
{
        static struct wants wants;

        assert_int_equal(wants_begin(&wants, 3), 0);
        assert_false(wants_have(&wants, MANIFEST_FILE, "/a"));
        for (const char *const *path = (const char *const[]){"/b", "/a", "/c", NULL}; *path;
                path++) {
                assert_false(wants_have(&wants, MANIFEST_FILE, *path));
                wants_add(&wants, root, MANIFEST_COPY, *path);
                assert_true(wants_have(&wants, MANIFEST_FILE, *path));
        }
        wants_end(&wants);
}

/* In any order, and as many as there are. */
static void in_any_order(void **state)
{
        static const char *const paths[] = {"/e", "/b", "/d", "/a", "/c"};
        static struct wants wants;

        for (size_t count = 1; count <= COUNT(paths); count++) {
                assert_int_equal(wants_begin(&wants, count), 0);
                for (size_t i = 0; i < count; i++)
                        wants_add(&wants, root, MANIFEST_COPY, paths[i]);
                for (size_t i = 0; i < COUNT(paths); i++)
                        assert_int_equal(wants_have(&wants, MANIFEST_FILE, paths[i]), i < count);
                wants_end(&wants);
        }
}

/* A path that leads over a link is that which it comes to; one that leads nowhere is itself. */
static void what_a_link_leads_to(void **state)
{
        static struct wants wants;
        int top;

        assert_int_equal(mkdir(temporary_path("real"), 0755), 0);
        assert_int_equal(symlink("real", temporary_path("link")), 0);
        assert_int_equal(symlink("loop", temporary_path("loop")), 0);
        assert_int_equal(symlink("loop", temporary_path("nowhere")), 0);
        top = open(temporary_path(""), O_PATH | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(wants_begin(&wants, 2), 0);
        wants_add(&wants, top, MANIFEST_COPY, "/link/a");
        wants_add(&wants, top, MANIFEST_COPY, "/nowhere/a");
        assert_true(wants_have(&wants, MANIFEST_FILE, "/real/a"));
        assert_false(wants_have(&wants, MANIFEST_FILE, "/link/a"));
        assert_true(wants_have(&wants, MANIFEST_FILE, "/nowhere/a"));
        wants_end(&wants);
        close(top);
}

static void what_is_below(void **state)
{
        assert_true(path_is_below("/a/b", "/a"));
        assert_false(path_is_below("/a", "/a"));
        assert_false(path_is_below("/ab", "/a"));
        assert_false(path_is_below("/b/a", "/a"));
}

static int begin_all(void **state)
{
        root = open("/proc/self/task", O_PATH | O_DIRECTORY | O_CLOEXEC);
        return root < 0 || temporary_make(state) != 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_wanted),
                cmocka_unit_test(what_is_wanted_below),
                cmocka_unit_test(one_more),
                cmocka_unit_test(in_any_order),
                cmocka_unit_test(what_a_link_leads_to),
                cmocka_unit_test(what_is_below),
        };

        return cmocka_run_group_tests(tests, begin_all, temporary_remove);
}
