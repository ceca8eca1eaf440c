/* Tests of shim/system/elf_file: real files, made ones of each class and byte order, damaged ones.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "elf_image.h"
#include "system/elf_file.h"
#include "system/kernel.h"
#include "system/loader.h"
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int read_path(const char *path, struct elf_file *file)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC), error;

        assert_true(fd >= 0);
        error = elf_file_read(fd, file);
        close(fd);
        return error;
}

/* Also where the rest of the file is damaged, @error. */
static void assert_interpreter(int fd, int error, const struct elf_file *file)
{
        char *path;
        int front = elf_file_interpreter(fd, &path);

        if (error == 0) {
                assert_int_equal(front, 0);
                assert_int_equal(!path, !file->interpreter);
                if (path)
                        assert_string_equal(path, file->interpreter);
        }
        if (front < 0)
                assert_null(path);
        free(path);
}

static int read_bytes(const void *bytes, size_t size, struct elf_file *file)
{
        int fd = memfd_create("elf", MFD_CLOEXEC), error;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, size), size);
        error = elf_file_read(fd, file);
        assert_interpreter(fd, error, file);
        /* The position is kept. */
        assert_int_equal(lseek(fd, 0, SEEK_CUR), size);
        close(fd);
        if (error < 0) {
                assert_null(file->needed);
                assert_null(file->interpreter);
        }
        return error;
}

/* Of a file that is longer than what 32 bits can count. */
static void far_out(void **state)
{
        int fd = memfd_create("elf", MFD_CLOEXEC);
        const off64_t far = (1LL << 32) + 1;
        char byte = 0;

        assert_true(fd >= 0);
        assert_int_equal(pwrite64(fd, "x", 1, far), 1);
        assert_int_equal(kernel_read_at(fd, (uint64_t)far, &byte, 1), 1);
        assert_int_equal(byte, 'x');
        assert_int_equal(kernel_read_at(fd, 1, &byte, 1), 1);
        assert_int_equal(byte, '\0');
        assert_int_equal(kernel_read_at(fd, (uint64_t)far + 1, &byte, 1), 0);
        assert_int_equal(kernel_read_at(fd, UINT64_MAX, &byte, 1), -EINVAL);
        close(fd);
}

static bool needs(const struct elf_file *file, const char *name)
{
        for (size_t i = 0; i < file->needed_count; i++)
                if (strcmp(file->needed[i], name) == 0)
                        return true;
        return false;
}

static void this_program(void **state)
{
        struct elf_file file;

        assert_int_equal(read_path("/proc/self/exe", &file), 0);
        assert_int_equal(file.kind, ELF_KIND_DYNAMIC);
        assert_true(elf_file_is_native(&file));
        assert_string_equal(file.interpreter, loader_path());
        assert_true(needs(&file, "libc.so.6"));
        assert_null(file.name);
        elf_file_release(&file);
        assert_null(file.interpreter);
}

static void its_loader(void **state)
{
        struct elf_file file;

        assert_int_equal(read_path(loader_path(), &file), 0);
        assert_int_equal(file.kind, ELF_KIND_LIBRARY);
        assert_int_equal(file.needed_count, 0);
        assert_true(elf_file_is_native(&file));
        assert_non_null(strstr(loader_path(), file.name));
        elf_file_release(&file);
}

static const char *const two[] = {"libone.so.1", "/opt/two.so", NULL};

static void expect_text(const char *text, const char *expected)
{
        if (expected)
                assert_string_equal(text, expected);
        else
                assert_null(text);
}

static void expect(const struct elf_image *image, enum elf_kind kind)
{
        unsigned char bytes[ELF_IMAGE_SIZE];
        struct elf_file file;

        assert_int_equal(read_bytes(bytes, elf_image_make(image, bytes), &file), 0);
        assert_int_equal(file.kind, kind);
        assert_int_equal(file.wide, image->wide);
        assert_int_equal(file.big, image->big);
        assert_int_equal(file.machine, image->machine);
        expect_text(file.interpreter, image->interpreter);
        expect_text(file.name, image->name);
        expect_text(file.runpath, image->runpath);
        expect_text(file.rpath, image->runpath ? NULL : image->rpath);
        assert_int_equal(file.needed_count, image->needed ? 2 : 0);
        for (size_t i = 0; i < file.needed_count; i++)
                assert_string_equal(file.needed[i], two[i]);
        assert_int_equal(file.no_default_directories, image->flags == DF_1_NODEFLIB);
        elf_file_release(&file);
}

static void each_class_and_order(void **state)
{
        for (int i = 0; i < 4; i++) {
                const bool wide = i & 1, big = i & 2;
                const struct elf_image library = {
                        wide, big, 0, EM_PPC64, NULL, "libmine.so", "/r", NULL, two, DF_1_NODEFLIB};
                const struct elf_image program = {
                        wide, big, 0, EM_386, "/lib/ld.so", NULL, "/r", "/s", two, 0};
                const struct elf_image fixed = {.wide = wide, .big = big, .type = ET_EXEC};
                const struct elf_image movable = {.wide = wide, .big = big, .flags = DF_1_PIE};
                const struct elf_image core = {.wide = wide, .big = big, .type = ET_CORE};

                expect(&library, ELF_KIND_LIBRARY);
                expect(&program, ELF_KIND_DYNAMIC);
                expect(&fixed, ELF_KIND_STATIC);
                expect(&movable, ELF_KIND_STATIC);
                expect(&core, ELF_KIND_OTHER);
        }
}

static void machines(void **state)
{
        struct elf_file file = {.wide = true, .machine = EM_X86_64}, other = file;

        assert_string_equal(elf_file_machine(&file), "x86-64");
        other.wide = false;
        assert_string_equal(elf_file_machine(&other), "x32");
        assert_false(elf_file_alike(&file, &other));
        other.machine = EM_386;
        assert_string_equal(elf_file_machine(&other), "i386");
        other = file;
        assert_true(elf_file_alike(&file, &other));
        other.big = true;
        assert_false(elf_file_alike(&file, &other));
        other.machine = EM_NONE;
        assert_string_equal(elf_file_machine(&other), "another machine");
}

static void no_elf_file(void **state)
{
        static const char *const texts[] = {"", "#!/bin/sh\n", "\177ELF", "\177ELF\2\1\1"};
        struct elf_file file;

        for (size_t i = 0; i < COUNT(texts); i++)
                assert_int_equal(read_bytes(texts[i], strlen(texts[i]), &file), -ENOEXEC);
        assert_int_equal(elf_file_read(-1, &file), -EBADF);
}

/* What ends too early is damaged, or says nothing false. */
static void every_truncation(void **state)
{
        const struct elf_image image = {
                true, false, 0, EM_X86_64, "/lib/ld.so", "name", NULL, "/s", two, 0};
        unsigned char bytes[ELF_IMAGE_SIZE];
        size_t whole = elf_image_make(&image, bytes);
        struct elf_file file;

        for (size_t size = 0; size < whole; size++)
                assert_int_equal(read_bytes(bytes, size, &file), -ENOEXEC);
        assert_int_equal(read_bytes(bytes, whole, &file), 0);
        elf_file_release(&file);
}

static void every_byte_damaged(void **state)
{
        static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
        const struct elf_image image = {
                true, false, 0, EM_X86_64, "/lib/ld.so", "name", NULL, "/s", two, 0};
        unsigned char bytes[ELF_IMAGE_SIZE];
        size_t whole = elf_image_make(&image, bytes);
        struct elf_file file;

        for (size_t at = 0; at < whole; at++) {
                const unsigned char before = bytes[at];

                for (size_t i = 0; i < COUNT(values); i++) {
                        bytes[at] = values[i];
                        if (read_bytes(bytes, whole, &file) == 0)
                                elf_file_release(&file);
                }
                bytes[at] = before;
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(far_out),
                cmocka_unit_test(this_program),
                cmocka_unit_test(its_loader),
                cmocka_unit_test(each_class_and_order),
                cmocka_unit_test(machines),
                cmocka_unit_test(no_elf_file),
                cmocka_unit_test(every_truncation),
                cmocka_unit_test(every_byte_damaged),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
