/* Tests of shim/supply/place: which directories are made, and which links are followed to them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/place.h"
#include "temporary.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int root;
static struct place place;
static struct failure failure;

static int make(void **state)
{
        if (temporary_make(state) != 0)
                return -1;
        root = open(temporary_path(""), O_PATH | O_DIRECTORY);
        return root < 0;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *at)
{
        return remove(path);
}

static int remove_all(void **state)
{
        close(root);
        return nftw(temporary_path(""), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The descriptor that the next open() gives: the same if none is left open. */
static int next_descriptor(void)
{
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

        close(fd);
        return fd;
}

static void expect_place_in(int jail, const char *path, const char *expected)
{
        if (place_find(jail, -1, path, &place, &failure) != 0)
                fail_msg("%s: %s: %s", path, failure.path, failure.reason);
        assert_string_equal(place.path, expected);
        assert_string_equal(place.name, strrchr(expected, '/') + 1);
        assert_ptr_equal(place.name, strrchr(place.path, '/') + 1);
}

/* It leads to @expected, below the temporary directory. */
static void expect_place(const char *path, const char *expected)
{
        struct stat parent, found;
        char directory[PATH_MAX];

        expect_place_in(root, path, expected);
        snprintf(directory, sizeof(directory), "%s%.*s", temporary_path(""),
                (int)(place.name - place.path), expected);
        assert_int_equal(stat(directory, &parent), 0);
        assert_int_equal(fstat(place.directory, &found), 0);
        assert_int_equal(found.st_ino, parent.st_ino);
        assert_true(fcntl(place.directory, F_GETFD) & FD_CLOEXEC);
        close(place.directory);
}

/* Which of the complaints it is matters: a @reason and the @part of the path that it is about. */
static void expect_none(const char *path, int error, const char *reason, const char *part)
{
        int before = next_descriptor();

        memset(&place, '?', sizeof(place));
        assert_int_equal(place_find(root, -1, path, &place, &failure), error);
        assert_int_equal(failure.error, error);
        assert_string_equal(failure.path, part);
        if (!strstr(failure.reason, reason))
                fail_msg("%s: %s", path, failure.reason);
        assert_int_equal(next_descriptor(), before);
}

static const char planted[] = "a symbolic link that another user than root could have made";

/* Links of the temporary directory are trusted if root runs the tests, since root made them. */
static void expect_link(const char *link, const char *path, const char *expected)
{
        if (geteuid() == 0)
                expect_place(path, expected);
        else
                expect_none(path, -ELOOP, planted, link);
}

static void expect_link_fails(
        const char *link, const char *path, int error, const char *reason, const char *part)
{
        if (geteuid() == 0)
                expect_none(path, error, reason, part);
        else
                expect_none(path, -ELOOP, planted, link);
}

static void make_link(const char *text, const char *name)
{
        assert_int_equal(symlink(text, temporary_path(name)), 0);
}

static void expect_made(const char *name, mode_t mode)
{
        struct stat facts;

        assert_int_equal(lstat(temporary_path(name), &facts), 0);
        assert_int_equal(facts.st_mode, mode);
        assert_int_equal(facts.st_uid, geteuid());
}

static void directories_are_made(void **state)
{
        mode_t mask = umask(077);

        expect_place("/a/b/c", "/a/b/c");
        expect_made("a", S_IFDIR | 0755);
        expect_made("a/b", S_IFDIR | 0755);
        assert_int_equal(access(temporary_path("a/b/c"), F_OK), -1);
        umask(0);
        expect_place("/a/open/x/y", "/a/open/x/y");
        expect_made("a/open/x", S_IFDIR | 0755);
        umask(mask);
        /* What is there stays as it is. */
        assert_int_equal(chmod(temporary_path("a/b"), 0711), 0);
        expect_place("/a/b/c", "/a/b/c");
        expect_made("a/b", S_IFDIR | 0711);
        expect_place("/top", "/top");
}

/* As in a jail whose group is that of the web's editors. */
static void the_group_is_inherited(void **state)
{
        assert_int_equal(mkdir(temporary_path("editors"), 0755), 0);
        assert_int_equal(chmod(temporary_path("editors"), 02755), 0);
        expect_place("/editors/a/b/c", "/editors/a/b/c");
        expect_made("editors/a/b", S_IFDIR | 0755);
}

static void spellings(void **state)
{
        char slashes[PATH_MAX];

        expect_place("/s/../t/./u", "/t/u");
        expect_place("/../../t/../u", "/u");
        expect_place("//t//u", "/t/u");
        expect_place("/t/..v/...", "/t/..v/...");
        expect_place("/t/.u/w", "/t/.u/w");
        memset(slashes, '/', sizeof(slashes));
        slashes[sizeof(slashes) - 2] = 'x';
        slashes[sizeof(slashes) - 1] = '\0';
        expect_place(slashes, "/x");
        /* What is undone is not made. */
        assert_int_equal(access(temporary_path("s"), F_OK), -1);
}

static void no_place(void **state)
{
        static const char *const itself[] = {"/", "//", "/.", "/..", "/a/..", "/a/b/../..", ""};
        char longest[PATH_MAX + 1], component[300] = "/", below[300];

        for (size_t i = 0; i < COUNT(itself); i++)
                expect_none(itself[i], -EINVAL, "it leads to the jail itself", "");
        memset(longest, 'n', sizeof(longest));
        longest[0] = '/';
        longest[PATH_MAX] = '\0';
        assert_int_equal(place_find(root, -1, longest, &place, &failure), -ENAMETOOLONG);
        assert_non_null(strstr(said(&failure), "is too long"));
        memset(component + 1, 'n', 256);
        strcpy(below, component);
        strcat(below, "/x");
        expect_none(below, -ENAMETOOLONG, "it cannot be made", component);
        temporary_write("file", "");
        expect_none("/file/x/y", -ENOTDIR, "is not a directory", "/file");
        assert_int_equal(mkfifo(temporary_path("fifo"), 0600), 0);
        expect_none("/fifo/x", -ENOTDIR, "is not a directory", "/fifo");
        assert_int_equal(place_find(-1, -1, "/a/b", &place, &failure), -EBADF);
        assert_string_equal(failure.reason, "the jail cannot be opened");
}

/* /proc has links of root's, whoever runs the tests; and nothing can be made there. */
static void links_of_root(void **state)
{
        int proc = open("/proc", O_PATH | O_DIRECTORY);
        char expected[64];

        snprintf(expected, sizeof(expected), "/%d/task/x", getpid());
        expect_place_in(proc, "/self/task/x", expected);
        close(place.directory);
        /* The last component is for place_make_target(). */
        expect_place_in(proc, "/self", "/self");
        close(place.directory);
        assert_true(place_find(proc, -1, "/none/x", &place, &failure) < 0);
        assert_string_equal(failure.path, "/none");
        assert_string_equal(failure.reason, "it cannot be made");
        /* A link to a link to a file. */
        assert_int_equal(place_find(proc, -1, "/mounts/x", &place, &failure), -ENOTDIR);
        snprintf(expected, sizeof(expected), "/%d/mounts", getpid());
        assert_string_equal(failure.path, expected);
        close(proc);
}

static void links_are_followed_inside(void **state)
{
        make_link("real", "relative");
        make_link("/real/abs", "absolute");
        make_link("../../../etc", "up");
        make_link("../..//./real/./", "untidy");
        make_link("/", "here");
        make_link("relative", "twice");
        expect_link("/relative", "/relative/a/b", "/real/a/b");
        expect_link("/absolute", "/absolute/b", "/real/abs/b");
        expect_link("/up", "/up/passwd", "/etc/passwd");
        expect_link("/untidy", "/untidy/b", "/real/b");
        expect_link("/here", "/here/b", "/b");
        expect_link("/here", "/here/here/here/relative/b", "/real/b");
        expect_link("/twice", "/twice/b", "/real/b");
        expect_place("/deep/er/x", "/deep/er/x");
        make_link("../real", "deep/link");
        make_link("er/../../real", "deep/down");
        expect_link("/deep/link", "/deep/link/b", "/real/b");
        expect_link("/deep/down", "/deep/down/b", "/real/b");
        /* The last component is not followed. */
        expect_place("/relative", "/relative");
        make_link("/dev/null/x", "dangling");
        expect_link("/dangling", "/dangling/b", "/dev/null/x/b");
}

static void planted_links(void **state)
{
        assert_int_equal(mkdir(temporary_path("upload"), 0757), 0);
        assert_int_equal(chmod(temporary_path("upload"), 01757), 0);
        make_link("/real", "upload/link");
        expect_none("/upload/link/b", -ELOOP, planted, "/upload/link");
        assert_int_equal(chmod(temporary_path("upload"), 0775), 0);
        expect_none("/upload/link/b", -ELOOP, planted, "/upload/link");
        assert_int_equal(chmod(temporary_path("upload"), 0755), 0);
        expect_link("/upload/link", "/upload/link/b", "/real/b");
        /* Another user than root may own the link, or the directory that it lies in. */
        if (geteuid() == 0)
                assert_int_equal(lchown(temporary_path("upload/link"), 65534, 0), 0);
        expect_none("/upload/link/b", -ELOOP, planted, "/upload/link");
        if (geteuid() == 0) {
                assert_int_equal(lchown(temporary_path("upload/link"), 0, 0), 0);
                assert_int_equal(chown(temporary_path("upload"), 65534, 0), 0);
        }
        expect_none("/upload/link/b", -ELOOP, planted, "/upload/link");
}

static void loops_and_chains(void **state)
{
        char name[16], previous[16] = "chain";

        make_link("loop", "loop");
        make_link("pong", "ping");
        make_link("ping", "pong");
        expect_link_fails("/loop", "/loop/x", -ELOOP, "its links go round", "/loop/x");
        expect_link_fails("/ping", "/ping/x", -ELOOP, "its links go round", "/pong/x");
        /* As many links as the kernel follows, and one more. */
        for (int i = 1; i <= 41; i++) {
                snprintf(name, sizeof(name), "link%d", i);
                make_link(previous, name);
                strcpy(previous, name);
        }
        expect_link("/link40", "/link40/x", "/chain/x");
        expect_link_fails("/link41", "/link41/x", -ELOOP, "its links go round", "/chain/x");
}

/* With what is behind it, it is as long as a path may be, or one byte longer. */
static void a_long_link(void **state)
{
        char text[PATH_MAX] = ".";

        while (strlen(text) < PATH_MAX - 5)
                strcat(text, "/.");
        make_link(text, "long");
        expect_link("/long", "/long/xy", "/xy");
        expect_link_fails(
                "/long", "/long/xyz", -ENAMETOOLONG, "its link cannot be followed", "/long/xyz");
}

/* @path is below the temporary directory; it leads to @expected there. */
static void expect_open(const char *path, const char *expected, const char *link)
{
        struct identity found_link;
        struct file_facts found, wanted;
        int fd = place_open(temporary_path(path), false, &found_link, &failure);

        if (fd < 0)
                fail_msg("%s: %s", path, said(&failure));
        assert_true(fcntl(fd, F_GETFL) & O_PATH);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        assert_int_equal(kernel_facts(fd, "", 0, &found), 0);
        close(fd);
        assert_int_equal(kernel_facts(AT_FDCWD, temporary_path(expected), 0, &wanted), 0);
        assert_true(identity_equal(&found.identity, &wanted.identity));
        wanted.identity = (struct identity){0};
        if (link)
                kernel_facts(AT_FDCWD, temporary_path(link), AT_SYMLINK_NOFOLLOW, &wanted);
        assert_true(identity_equal(&found_link, &wanted.identity));
}

static void expect_not_open(const char *path, int error, const char *reason, bool is_planted)
{
        int before = next_descriptor();

        failure = (struct failure){0};
        assert_int_equal(place_open(temporary_path(path), false, NULL, &failure), error);
        if (!strstr(said(&failure), reason) || failure.planted != is_planted)
                fail_msg("%s: %s", path, said(&failure));
        assert_int_equal(next_descriptor(), before);
}

/* The ".." of a link is that of what stands before it, which may be a link to elsewhere. */
static void links_with_parents(void **state)
{
        expect_place("/far/x/y/z", "/far/x/y/z");
        make_link("far/x/y", "near");
        make_link("near/../bar", "parent");
        make_link("./near/./..//../x/../bar", "parents");
        make_link("/near/../..", "far_top");
        make_link("parent/../far/../../..", "last");
        make_link("none/../round", "round");
        expect_link("/parent", "/parent/b", "/far/x/bar/b");
        expect_link("/parents", "/parents/b", "/far/bar/b");
        expect_link("/far_top", "/far_top/b", "/far/b");
        expect_link("/last", "/last/b", "/b");
        expect_link_fails("/round", "/round/b", -ELOOP, "its links go round", "/none/../round/b");
        if (geteuid() != 0)
                return;
        expect_open("parent", "far/x/bar", "parent");
        expect_open("last", ".", "last");
}

/* Outside, the last component is followed, too, and nothing is made. */
static void sources_are_opened(void **state)
{
        int before = next_descriptor(), fd = place_open("/", false, NULL, &failure);
        struct stat here, found;

        assert_true(fd >= 0 && stat("/", &here) == 0 && fstat(fd, &found) == 0);
        assert_int_equal(found.st_ino, here.st_ino);
        close(fd);
        assert_int_equal(mkdir(temporary_path("out"), 0755), 0);
        temporary_write("out/file", "");
        make_link("file", "out/to_file");
        make_link("out", "to_out");
        make_link("to_file", "out/twice");
        make_link("/", "out/top");
        expect_open("out/file", "out/file", NULL);
        expect_open("out", "out", NULL);
        expect_not_open("out/none", -ENOENT, "No such file", false);
        expect_not_open("out/none/x", -ENOENT, "No such file", false);
        expect_not_open("out/file/x", -ENOTDIR, "is not a directory", false);
        assert_int_equal(access(temporary_path("out/none"), F_OK), -1);
        if (geteuid() != 0) {
                expect_not_open("out/to_file", -ELOOP, planted, false);
                return;
        }
        expect_open("out/to_file", "out/file", "out/to_file");
        expect_open("to_out", "out", "to_out");
        expect_open("to_out/file", "out/file", NULL);
        expect_open("to_out/twice", "out/file", "out/twice");
        expect_open("out/top", "../..", "out/top");
        assert_int_equal(next_descriptor(), before);
}

/* Where another user can write, no link is followed, and what is wrong may be that user's work. */
static void planted_sources(void **state)
{
        static const mode_t modes[] = {0777, 0775, 01777};

        assert_int_equal(mkdir(temporary_path("theirs"), 0755), 0);
        assert_int_equal(mkdir(temporary_path("theirs/deep"), 0755), 0);
        make_link("/etc", "theirs/link");
        make_link("/etc", "theirs/deep/link");
        for (size_t i = 0; i < COUNT(modes); i++) {
                assert_int_equal(chmod(temporary_path("theirs"), modes[i]), 0);
                expect_not_open("theirs/link", -ELOOP, planted, modes[i] != 01777);
                expect_not_open("theirs/link/passwd", -ELOOP, planted, modes[i] != 01777);
                expect_not_open("theirs/none", -ENOENT, "No such file", true);
                expect_not_open("theirs/none/x", -ENOENT, "No such file", true);
                assert_true(place_is_foreign(temporary_path("theirs/none"), &failure));
                /* Another directory can be put in the place of "deep", but not where it is sticky.
                 */
                if (modes[i] != 01777)
                        expect_not_open("theirs/deep/link", -ELOOP, planted, true);
                assert_int_equal(place_is_foreign(temporary_path("theirs/deep"), &failure),
                        modes[i] != 01777);
        }
        assert_int_equal(chmod(temporary_path("theirs"), 0755), 0);
        assert_int_equal(place_is_foreign(temporary_path("theirs/deep"), &failure), 0);
        assert_int_equal(place_is_foreign(temporary_path("theirs/none"), &failure), -ENOENT);
}

static int make_directory(int parent, const char *name, gid_t group, mode_t mode)
{
        const struct manifest_note note = {-1, name};

        return place_make_directory(&note, parent, name, group, mode);
}

/* For a copy: with the group and the mode of what is copied. */
static void directories_with_a_mode(void **state)
{
        int parent = open(temporary_path("."), O_PATH | O_DIRECTORY), before = next_descriptor();
        mode_t mask = umask(077);
        int fd = make_directory(parent, "copy", 65534, 0750);
        struct stat facts;

        umask(mask);
        assert_true(fd >= 0);
        assert_int_equal(fstat(fd, &facts), 0);
        close(fd);
        expect_made("copy", S_IFDIR | 0750);
        if (geteuid() == 0)
                assert_int_equal(facts.st_gid, 65534);
        close(make_directory(parent, "copy", 0, 0755));
        expect_made("copy", S_IFDIR | 0750);
        temporary_write("no_copy", "");
        make_link("copy", "to_copy");
        assert_int_equal(make_directory(parent, "no_copy", 0, 0755), -ENOTDIR);
        assert_true(make_directory(parent, "to_copy", 0, 0755) < 0);
        assert_int_equal(next_descriptor(), before);
        close(parent);
}

static int make_target(const char *path, bool directory)
{
        int target;

        assert_int_equal(place_find(root, -1, path, &place, &failure), 0);
        target = place_make_target(&place, directory);
        close(place.directory);
        if (target >= 0)
                assert_true(fcntl(target, F_GETFL) & O_PATH);
        return target;
}

static void expect_target(const char *path, bool directory)
{
        int before = next_descriptor(), target = make_target(path, directory);
        struct stat named, found;

        assert_true(target >= 0);
        assert_int_equal(lstat(temporary_path(path), &named), 0);
        assert_int_equal(fstat(target, &found), 0);
        assert_int_equal(named.st_ino, found.st_ino);
        close(target);
        assert_int_equal(next_descriptor(), before);
}

static void expect_no_target(const char *path, bool directory, int error)
{
        int before = next_descriptor();

        assert_int_equal(make_target(path, directory), error);
        assert_int_equal(next_descriptor(), before);
}

static void targets_are_made(void **state)
{
        mode_t mask = umask(077);

        expect_target("/points/file", false);
        expect_made("points/file", S_IFREG | 0444);
        expect_target("/points/directory", true);
        expect_made("points/directory", S_IFDIR | 0755);
        umask(mask);
        assert_int_equal(chmod(temporary_path("points/file"), 0640), 0);
        assert_int_equal(chmod(temporary_path("points/directory"), 02750), 0);
        expect_target("/points/file", false);
        expect_target("/points/directory", true);
        expect_made("points/file", S_IFREG | 0640);
        expect_made("points/directory", S_IFDIR | 02750);
        expect_target("/points/directory/below", true);
        expect_made("points/directory/below", S_IFDIR | 0755);
}

static void targets_of_another_kind(void **state)
{
        temporary_write("plain", "");
        assert_int_equal(mkdir(temporary_path("folder"), 0755), 0);
        assert_int_equal(mkfifo(temporary_path("pipe"), 0600), 0);
        make_link("folder", "to_folder");
        make_link("plain", "to_plain");
        make_link("nowhere", "to_nothing");
        expect_no_target("/plain", true, -ENOTDIR);
        expect_no_target("/folder", false, -EISDIR);
        expect_no_target("/pipe", true, -ENOTDIR);
        expect_target("/pipe", false);
        for (int directory = 0; directory <= 1; directory++) {
                expect_no_target("/to_folder", directory, -ELOOP);
                expect_no_target("/to_plain", directory, -ELOOP);
                expect_no_target("/to_nothing", directory, -ELOOP);
        }
        assert_int_equal(access(temporary_path("nowhere"), F_OK), -1);
        place = (struct place){.directory = -1, .name = "x"};
        assert_int_equal(place_make_target(&place, true), -EBADF);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(directories_are_made),
                cmocka_unit_test(the_group_is_inherited),
                cmocka_unit_test(spellings),
                cmocka_unit_test(no_place),
                cmocka_unit_test(links_of_root),
                cmocka_unit_test(links_are_followed_inside),
                cmocka_unit_test(planted_links),
                cmocka_unit_test(links_with_parents),
                cmocka_unit_test(loops_and_chains),
                cmocka_unit_test(a_long_link),
                cmocka_unit_test(sources_are_opened),
                cmocka_unit_test(planted_sources),
                cmocka_unit_test(directories_with_a_mode),
                cmocka_unit_test(targets_are_made),
                cmocka_unit_test(targets_of_another_kind),
        };

        return cmocka_run_group_tests(tests, make, remove_all);
}
