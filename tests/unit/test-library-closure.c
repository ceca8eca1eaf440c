/* Tests of shim/supply/library_closure: where each library is found, and for whom, in a made tree.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "elf_image.h"
#include "supply/library_closure.h"
#include "temporary.h"
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEEDS(...)                                                                                 \
        (const char *const[])                                                                      \
        {                                                                                          \
                __VA_ARGS__, NULL                                                                  \
        }

/* A machine that nobody has: nothing that is installed fits. */
#define MACHINE 0x1234

/* The tree of one test, and below it, what was told. */
static char tree[PATH_MAX], told[65536];

static int make_tree(void **state)
{
        static const char *const directories[] = {
                "bin", "lib", "lib/glibc-hwcaps", "lib/glibc-hwcaps/fast", "own", "other", "ld"};

        if (temporary_make(state) != 0)
                return -1;
        strcpy(tree, temporary_path(""));
        tree[strlen(tree) - 1] = '\0';
        for (size_t i = 0; i < COUNT(directories); i++)
                if (mkdir(temporary_path(directories[i]), 0755) < 0)
                        return -1;
        return 0;
}

static void write_image(const char *name, const struct elf_image *image)
{
        unsigned char bytes[ELF_IMAGE_SIZE];
        size_t size = elf_image_make(image, bytes);
        FILE *file = fopen(temporary_path(name), "w");

        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
}

static void write_library(const char *name, const char *const *needed)
{
        const struct elf_image image = {.wide = true, .machine = MACHINE, .needed = needed};

        write_image(name, &image);
}

static int collect(void *context, const char *path)
{
        size_t length = strlen(tree);

        assert_ptr_equal(context, told);
        assert_memory_equal(path, tree, length);
        strcat(strcat(told, path + length), "\n");
        return 0;
}

/* A program bin/program, of that kind, with the loader ld/ld.so. */
static int look(struct elf_image image, struct failure *failure)
{
        char loader[PATH_MAX + 16];
        struct elf_file file;
        int fd, error;

        image.wide = true;
        image.machine = MACHINE;
        snprintf(loader, sizeof(loader), "%s/ld/ld.so", tree);
        image.interpreter = loader;
        write_image("bin/program", &image);
        fd = open(temporary_path("bin/program"), O_RDONLY);
        assert_int_equal(elf_file_read(fd, &file), 0);
        close(fd);
        told[0] = '\0';
        *failure = (struct failure){0};
        error = library_closure(
                temporary_path("bin/program"), &file, file.interpreter, collect, told, failure);
        elf_file_release(&file);
        return error;
}

static void expect(struct elf_image image, const char *expected)
{
        struct failure failure;

        if (look(image, &failure) != 0)
                fail_msg("%s", said(&failure));
        assert_string_equal(told, expected);
}

static void expect_missing(struct elf_image image, const char *reason)
{
        struct failure failure;

        assert_int_equal(look(image, &failure), -EINVAL);
        if (!strstr(said(&failure), reason))
                fail_msg("\"%s\"", said(&failure));
}

static void beside_the_program(void **state)
{
        write_library("lib/libone.so", NEEDS("libtwo.so"));
        write_library("lib/libtwo.so", NULL);
        /* DT_RPATH holds for what is needed indirectly, too; ".." is taken out. */
        expect((struct elf_image){.needed = NEEDS("libone.so"), .rpath = "$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/libone.so\n/lib/libtwo.so\n");
        expect((struct elf_image){.needed = NEEDS("libtwo.so", "libone.so"),
                       .rpath = "/nonexistent::relative:${ORIGIN}/../lib"},
                "/ld/ld.so\n/lib/libtwo.so\n/lib/libone.so\n");
        /* DT_RUNPATH does not, and makes DT_RPATH void. */
        expect_missing((struct elf_image){.needed = NEEDS("libone.so"),
                               .rpath = "$ORIGIN/../lib",
                               .runpath = "$ORIGIN/../lib"},
                "there is no libtwo.so, which ");
        expect((struct elf_image){.needed = NEEDS("libone.so", "libtwo.so"),
                       .runpath = "$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/libone.so\n/lib/libtwo.so\n");
}

static void by_a_library(void **state)
{
        const struct elf_image own = {.wide = true,
                .machine = MACHINE,
                .needed = NEEDS("libsame.so"),
                .runpath = "$ORIGIN/../own"};

        write_image("lib/libasks.so", &own);
        write_library("own/libsame.so", NULL);
        write_library("lib/libsame.so", NULL);
        /* Each is loaded once: who asks first says which. */
        expect((struct elf_image){.needed = NEEDS("libasks.so"), .rpath = "$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/libasks.so\n/own/libsame.so\n");
        expect((struct elf_image){.needed = NEEDS("libsame.so", "libasks.so"),
                       .rpath = "$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/libsame.so\n/lib/libasks.so\n");
}

static void by_its_own_name(void **state)
{
        const struct elf_image named = {.wide = true, .machine = MACHINE, .name = "libname.so.1"};

        write_image("lib/libfile.so", &named);
        write_library("lib/libname.so.1", NULL);
        expect((struct elf_image){.needed = NEEDS("libfile.so", "libname.so.1"),
                       .rpath = "$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/libfile.so\n");
}

static void by_a_path(void **state)
{
        write_library("other/libpath.so", NULL);
        expect((struct elf_image){.needed = NEEDS("$ORIGIN/../other/libpath.so")},
                "/ld/ld.so\n/other/libpath.so\n");
        expect_missing(
                (struct elf_image){.needed = NEEDS("other/libpath.so")}, "there is no other/");
}

static void the_loader_itself(void **state)
{
        expect((struct elf_image){.needed = NEEDS("ld.so.2")}, "/ld/ld.so\n");
}

/* Of a library with variants for some processors, the jail gets all of them. */
static void variants(void **state)
{
        write_library("lib/libvary.so", NULL);
        write_library("lib/glibc-hwcaps/fast/libvary.so", NEEDS("libplain.so"));
        write_library("lib/libplain.so", NULL);
        expect((struct elf_image){.needed = NEEDS("libvary.so"), .rpath = "$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/glibc-hwcaps/fast/libvary.so\n/lib/libvary.so\n"
                "/lib/libplain.so\n");
}

static void of_another_machine(void **state)
{
        const struct elf_image other = {.wide = true, .machine = MACHINE + 1};
        const struct elf_image narrow = {.machine = MACHINE};

        write_image("own/libfit.so", &other);
        write_image("other/libfit.so", &narrow);
        write_library("lib/libfit.so", NULL);
        temporary_write("bin/libfit.so", "no library");
        expect((struct elf_image){.needed = NEEDS("libfit.so"),
                       .rpath = "$ORIGIN:$ORIGIN/../own:$ORIGIN/../other:$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/libfit.so\n");
        expect_missing((struct elf_image){.needed = NEEDS("libc.so.6")}, "there is no libc.so.6");
}

static void a_circle(void **state)
{
        write_library("lib/libhere.so", NEEDS("libthere.so"));
        write_library("lib/libthere.so", NEEDS("libhere.so"));
        expect((struct elf_image){.needed = NEEDS("libhere.so"), .rpath = "$ORIGIN/../lib"},
                "/ld/ld.so\n/lib/libhere.so\n/lib/libthere.so\n");
}

/* A link in the way of ".." means another file than without: the real path is told. */
static void parents_behind_a_link(void **state)
{
        assert_int_equal(mkdir(temporary_path("own/deep"), 0755), 0);
        assert_int_equal(symlink("own/deep", temporary_path("link")), 0);
        write_library("own/libdeep.so", NULL);
        expect((struct elf_image){.needed = NEEDS("libdeep.so"), .rpath = "$ORIGIN/../link/.."},
                "/ld/ld.so\n/own/libdeep.so\n");
}

/* What another user has put there to lead elsewhere is told, and nothing is brought. */
static void a_planted_link(void **state)
{
        write_library("other/libtarget.so", NULL);
        assert_int_equal(chmod(temporary_path("own"), 0777), 0);
        assert_int_equal(symlink("../other/libtarget.so", temporary_path("own/liblink.so")), 0);
        expect_missing((struct elf_image){.needed = NEEDS("liblink.so"), .rpath = "$ORIGIN/../own"},
                "own/liblink.so");
        assert_int_equal(chmod(temporary_path("own"), 0755), 0);
        expect((struct elf_image){.needed = NEEDS("liblink.so"), .rpath = "$ORIGIN/../own"},
                "/ld/ld.so\n/own/liblink.so\n");
}

/* Its needs would be files of that user's choice. */
static void of_another_user(void **state)
{
        write_library("other/libopen.so", NULL);
        assert_int_equal(chmod(temporary_path("other/libopen.so"), 0666), 0);
        expect_missing(
                (struct elf_image){.needed = NEEDS("libopen.so"), .rpath = "$ORIGIN/../other"},
                "other/libopen.so can be changed by another user");
        assert_int_equal(chmod(temporary_path("other/libopen.so"), 0644), 0);
        expect((struct elf_image){.needed = NEEDS("libopen.so"), .rpath = "$ORIGIN/../other"},
                "/ld/ld.so\n/other/libopen.so\n");
}

static int write_loader(void **state)
{
        const struct elf_image image = {.wide = true, .machine = MACHINE, .name = "ld.so.2"};

        if (make_tree(state) != 0)
                return -1;
        write_image("ld/ld.so", &image);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(beside_the_program),
                cmocka_unit_test(by_a_library),
                cmocka_unit_test(by_its_own_name),
                cmocka_unit_test(by_a_path),
                cmocka_unit_test(the_loader_itself),
                cmocka_unit_test(variants),
                cmocka_unit_test(of_another_machine),
                cmocka_unit_test(a_circle),
                cmocka_unit_test(parents_behind_a_link),
                cmocka_unit_test(a_planted_link),
                cmocka_unit_test(of_another_user),
        };

        return cmocka_run_group_tests(tests, write_loader, temporary_remove);
}
