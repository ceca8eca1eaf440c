/* Tests of shim/system/safety: whose directories a jail may lie in and consist of. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/safety.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int top;

static int make(void **state)
{
        if (temporary_make(state) != 0)
                return -1;
        top = open(temporary_path(""), O_PATH | O_DIRECTORY);
        return top < 0;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *at)
{
        return remove(path);
}

static int remove_all(void **state)
{
        close(top);
        return nftw(temporary_path(""), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A way to the temporary directory past /tmp, to which everybody writes. */
static const char *way(const char *name)
{
        static char paths[4][PATH_MAX];
        static unsigned next;
        char *path = paths[next++ % 4];

        snprintf(path, sizeof(paths[0]), "/proc/self/fd/%d%s", top, name);
        return path;
}

static void make_directory(const char *name, mode_t mode)
{
        assert_int_equal(mkdir(temporary_path(name), 0700), 0);
        assert_int_equal(chmod(temporary_path(name), mode), 0);
}

static void expect_unsafe_way(const char *path, const char *first, int error)
{
        struct failure failure;

        memset(&failure, '?', sizeof(failure));
        assert_true(safety_of_way(path, &failure) < 0);
        assert_string_equal(failure.path, first);
        assert_int_equal(failure.error, error);
}

static void expect_safe_way(const char *path)
{
        struct failure failure;

        if (safety_of_way(path, &failure) < 0)
                fail_msg("%s: %s: %d", path, failure.path, failure.error);
}

static void ways(void **state)
{
        char longest[PATH_MAX + 1];

        expect_safe_way("/");
        expect_safe_way("/usr");
        expect_safe_way("/usr/bin");
        expect_unsafe_way("/tmp", "/tmp", 0);
        expect_unsafe_way(temporary_path("none"), "/tmp", 0);
        expect_unsafe_way("/none/x", "/none", -ENOENT);
        expect_unsafe_way("/dev/null/x", "/dev/null", 0);
        memset(longest, 'n', sizeof(longest));
        longest[0] = '/';
        longest[PATH_MAX] = '\0';
        assert_int_equal(safety_of_way(longest, &(struct failure){0}), -ENAMETOOLONG);
}

static void every_directory_counts(void **state)
{
        make_directory("a", 0755);
        make_directory("a/b", 0755);
        make_directory("a/b/c", 0755);
        expect_safe_way(way("/a/b/c"));
        assert_int_equal(chmod(temporary_path("a/b/c"), 0775), 0);
        expect_safe_way(way("/a/b"));
        expect_unsafe_way(way("/a/b/c"), way("/a/b/c"), 0);
        assert_int_equal(chmod(temporary_path("a"), 0757), 0);
        expect_unsafe_way(way("/a/b/c"), way("/a"), 0);
        assert_int_equal(chmod(temporary_path("a"), 0755), 0);
        assert_int_equal(chmod(temporary_path("a/b"), 0722), 0);
        expect_unsafe_way(way("/a/b/c"), way("/a/b"), 0);
}

static void modes(void **state)
{
        struct failure failure;
        char text[64];

        make_directory("m", 0755);
        for (mode_t mode = 0; mode <= 07777; mode++) {
                assert_int_equal(chmod(temporary_path("m"), mode), 0);
                assert_int_equal(safety_of_way(way("/m"), &failure), mode & 022 ? -EINVAL : 0);
                if (!(mode & 022))
                        continue;
                assert_int_equal(failure.error, 0);
                snprintf(text, sizeof(text), "(mode %o): chmod go-w ", mode);
                assert_non_null(strstr(said(&failure), text));
        }
}

/* Others than the caller and root may replace what is in a directory of theirs. */
static void owners(void **state)
{
        struct failure failure;

        make_directory("theirs", 0755);
        make_directory("theirs/etc", 0755);
        expect_safe_way(way("/theirs"));
        assert_int_equal(0, safety_of_contents(temporary_path("theirs"), &failure));
        /* Only root can give one away. */
        if (geteuid() == 0) {
                assert_int_equal(chown(temporary_path("theirs"), 65534, 0), 0);
                expect_unsafe_way(way("/theirs"), way("/theirs"), 0);
                assert_int_equal(chown(temporary_path("theirs/etc"), 65534, 0), 0);
                assert_true(0 > safety_of_contents(temporary_path("theirs"), &failure));
                assert_non_null(strstr(said(&failure), "belongs to uid 65534"));
                assert_int_equal(chown(temporary_path("theirs"), 0, 65534), 0);
                expect_safe_way(way("/theirs"));
        }
}

static char jail[64];

static const char *in_jail(const char *name)
{
        char path[128];

        snprintf(path, sizeof(path), "%s/%s", strrchr(jail, '/') + 1, name);
        return temporary_path(path);
}

/* A jail of its own for each test. */
static void make_jail(const char *name)
{
        make_directory(name, 0755);
        strcpy(jail, temporary_path(name));
}

static void expect_safe(void)
{
        struct failure failure;

        if (safety_of_contents(jail, &failure) < 0)
                fail_msg("%s: %d", failure.path, failure.error);
}

static void expect_unsafe(const char *name, int error)
{
        struct failure failure;

        memset(&failure, '?', sizeof(failure));
        assert_true(0 > safety_of_contents(jail, &failure));
        assert_string_equal(failure.path, in_jail(name));
        assert_int_equal(failure.error, error);
}

static void every_directory_of_libc(void **state)
{
        static const char *const names[] = {"etc", "dev", "bin", "sbin", "lib", "lib32", "lib64",
                "libx32", "usr", "usr/bin", "usr/sbin", "usr/lib", "usr/lib32", "usr/lib64",
                "usr/libx32", "usr/local", "usr/local/lib"};

        make_jail("jail");
        expect_safe();
        for (size_t i = 0; i < COUNT(names); i++) {
                char path[32];

                snprintf(path, sizeof(path), "jail/%s", names[i]);
                make_directory(path, 0775);
                expect_unsafe(names[i], 0);
                assert_int_equal(chmod(in_jail(names[i]), 0757), 0);
                expect_unsafe(names[i], 0);
                assert_int_equal(chmod(in_jail(names[i]), 0755), 0);
                expect_safe();
        }
        /* The first one is told; what workers are meant to write to is no matter. */
        assert_int_equal(chmod(in_jail("usr/lib"), 0777), 0);
        assert_int_equal(chmod(in_jail("sbin"), 0777), 0);
        expect_unsafe("sbin", 0);
        assert_int_equal(chmod(in_jail("sbin"), 0755), 0);
        assert_int_equal(chmod(in_jail("usr/lib"), 0755), 0);
        make_directory("jail/tmp", 01777);
        make_directory("jail/var", 0777);
        assert_int_equal(chmod(jail, 0777), 0);
        expect_safe();
}

static void links_lead_inside(void **state)
{
        make_jail("links");
        make_directory("links/usr", 0755);
        make_directory("links/usr/bin", 0777);
        make_directory("links/cfg", 0777);
        assert_int_equal(symlink("usr/bin", in_jail("bin")), 0);
        expect_unsafe("bin", 0);
        assert_int_equal(chmod(in_jail("usr/bin"), 0755), 0);
        expect_safe();
        assert_int_equal(symlink("/cfg", in_jail("etc")), 0);
        expect_unsafe("etc", 0);
        assert_int_equal(chmod(in_jail("cfg"), 0755), 0);
        expect_safe();
        /* Of the host, these are writable or not there: in the jail, the other way round. */
        assert_int_equal(symlink("/tmp", in_jail("dev")), 0);
        assert_int_equal(symlink("../../../../../../tmp", in_jail("lib")), 0);
        assert_int_equal(symlink("../../../../cfg", in_jail("lib64")), 0);
        expect_safe();
        make_directory("links/tmp", 01777);
        expect_unsafe("dev", 0);
        assert_int_equal(unlink(in_jail("dev")), 0);
        expect_unsafe("lib", 0);
        assert_int_equal(unlink(in_jail("lib")), 0);
        assert_int_equal(symlink("sbin", in_jail("sbin")), 0);
        expect_unsafe("sbin", -ELOOP);
}

static void files_instead(void **state)
{
        make_jail("files");
        temporary_write("files/usr", "");
        assert_int_equal(chmod(in_jail("usr"), 0644), 0);
        expect_safe();
        assert_int_equal(chmod(in_jail("usr"), 0666), 0);
        expect_unsafe("usr", 0);
}

static void no_jail(void **state)
{
        struct rlimit limit, none;
        struct failure failure;
        char longest[PATH_MAX + 1];
        int result;

        memset(&failure, '?', sizeof(failure));
        assert_true(0 > safety_of_contents(temporary_path("none"), &failure));
        assert_int_equal(failure.error, -ENOENT);
        assert_string_equal(failure.path, temporary_path("none"));
        memset(longest, '/', sizeof(longest));
        longest[PATH_MAX] = '\0';
        assert_true(0 > safety_of_contents(longest, &failure));
        assert_int_equal(failure.error, -ENAMETOOLONG);
        assert_non_null(strstr(failure.path, "..."));

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        result = safety_of_contents("/usr", &failure);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_int_equal(result, -EMFILE);
        assert_int_equal(failure.error, -EMFILE);
        assert_string_equal(failure.path, "/usr");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ways),
                cmocka_unit_test(every_directory_counts),
                cmocka_unit_test(modes),
                cmocka_unit_test(owners),
                cmocka_unit_test(every_directory_of_libc),
                cmocka_unit_test(links_lead_inside),
                cmocka_unit_test(files_instead),
                cmocka_unit_test(no_jail),
        };

        return cmocka_run_group_tests(tests, make, remove_all);
}
