/* Tests of shim/supply/program_files: what scripts and programs need, and files that are neither.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/program_files.h"
#include "temporary.h"
#include "unit.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* This program: a dynamic one on every system. Its beginning is what is looked at. */
static unsigned char *self, page[4095];
static size_t self_size;

/* Where the page names the loader. */
static ElfW(Phdr) interpreter;
static size_t interpreter_header;

static void read_self(void)
{
        FILE *file = fopen("/proc/self/exe", "r");
        struct stat facts;

        assert_non_null(file);
        assert_int_equal(fstat(fileno(file), &facts), 0);
        self_size = (size_t)facts.st_size;
        self = malloc(self_size);
        assert_true(self_size > sizeof(page));
        assert_int_equal(fread(self, 1, self_size, file), self_size);
        fclose(file);
        memcpy(page, self, sizeof(page));
}

static int make(void **state)
{
        ElfW(Ehdr) header;

        read_self();
        memcpy(&header, page, sizeof(header));
        for (unsigned i = 0; i < header.e_phnum && interpreter.p_type != PT_INTERP; i++) {
                interpreter_header = header.e_phoff + i * sizeof(interpreter);
                memcpy(&interpreter, page + interpreter_header, sizeof(interpreter));
        }
        assert_int_equal(interpreter.p_type, PT_INTERP);
        return temporary_make(state);
}

static int end(void **state)
{
        free(self);
        return temporary_remove(state);
}

/* What has been told, one path a line, and how much of it is wanted. */
static char told[65536];
static unsigned told_count, wanted_count;

#define ENOUGH -1000

static int collect(void *context, const char *path)
{
        assert_ptr_equal(context, told);
        strcat(told, path);
        strcat(told, "\n");
        return ++told_count == wanted_count ? ENOUGH : 0;
}

static int look(const char *path, struct failure *failure)
{
        int before = open("/dev/null", O_RDONLY), after, result;

        close(before);
        told[0] = '\0';
        told_count = 0;
        *failure = (struct failure){0};
        result = program_files(path, collect, told, failure);
        assert_true(result == 0 || result == ENOUGH || (result < 0 && said(failure)[0]));
        /* No descriptor is left open. */
        after = open("/dev/null", O_RDONLY);
        close(after);
        assert_int_equal(after, before);
        return result;
}

static void expect_told(const char *path, const char *expected)
{
        struct failure failure;

        if (look(path, &failure) != 0)
                fail_msg("%s", said(&failure));
        assert_string_equal(told, expected);
}

static void expect_refused(const char *path, const char *named, const char *reason)
{
        struct failure failure;

        assert_true(look(path, &failure) < 0);
        if (strncmp(said(&failure), named, strlen(named)) != 0 || !strstr(said(&failure), reason))
                fail_msg("\"%s\"", said(&failure));
}

/* A new file each time: where one is emptied instead, some file systems wait for the disk. */
static const char *write_bytes(const char *name, const void *bytes, size_t size)
{
        const char *path = temporary_path(name);
        FILE *file;

        unlink(path);
        file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
        return path;
}

static void write_script(const char *name, const char *before, const char *after)
{
        char text[1024];

        snprintf(text, sizeof(text), "#!%s%s", before, after);
        temporary_write(name, text);
}

static void scripts(void **state)
{
        char inner[512], expected[1024];

        temporary_write("plain", "no script");
        snprintf(expected, sizeof(expected), "%s\n", temporary_path("plain"));
        write_script("script", temporary_path("plain"), "\necho\n");
        expect_told(temporary_path("script"), expected);
        write_script("script", temporary_path("plain"), " -e\t-x\n");
        expect_told(temporary_path("script"), expected);
        write_script("script", temporary_path("plain"), "");
        expect_told(temporary_path("script"), expected);
        /* A script of a script. */
        snprintf(inner, sizeof(inner), " \t%s", temporary_path("script"));
        write_script("outer", inner, "\t-w\n");
        snprintf(expected, sizeof(expected), "%s\n%s\n", temporary_path("script"),
                temporary_path("plain"));
        expect_told(temporary_path("outer"), expected);
        /* Of itself: as often as the kernel would try. */
        write_script("round", temporary_path("round"), "\n");
        expected[0] = '\0';
        for (int i = 0; i < 5; i++)
                strcat(strcat(expected, temporary_path("round")), "\n");
        expect_told(temporary_path("round"), expected);
}

/* env(1) looks for a program by its name: that is needed as well. */
static void scripts_of_env(void **state)
{
        static const char *const after[] = {" sh\n", "  sh -e\n", " -S sh -x\n", " A=b sh\n"};
        struct failure failure;

        for (size_t i = 0; i < COUNT(after); i++) {
                write_script("script", "/usr/bin/env", after[i]);
                assert_int_equal(look(temporary_path("script"), &failure), 0);
                assert_int_equal(strncmp(told, "/usr/bin/env\n", 13), 0);
                assert_non_null(strstr(told, "/bin/sh\n"));
                assert_non_null(strstr(told, "/libc.so.6\n"));
        }
        write_script("script", "/usr/bin/env", " nonexistent-program\n");
        assert_int_equal(look(temporary_path("script"), &failure), 0);
        assert_null(strstr(told, "nonexistent"));
        /* Of itself by name: it ends. */
        write_script("env", temporary_path("env"), " sh\n");
        assert_int_equal(look(temporary_path("env"), &failure), 0);
}

static void libraries_by_name(void **state)
{
        struct failure failure;

        told[0] = '\0';
        assert_int_equal(library_files("libcmocka.so.0", collect, told, &failure), 0);
        assert_non_null(strstr(told, "/libcmocka.so.0\n"));
        assert_non_null(strstr(told, "/libc.so.6\n"));
        assert_int_equal(library_files("libX.so.9", collect, told, &failure), -EINVAL);
        assert_non_null(strstr(said(&failure), "libX.so.9"));
}

static void neither_script_nor_program(void **state)
{
        static const char *const texts[] = {"", "#", "#!", "#!\n", "#! \t \n", "# !/bin/sh\n",
                "\n#!/bin/sh\n", "!#/bin/sh", "\177ELF", "\177ELF and more", "echo hello\n"};

        for (size_t i = 0; i < COUNT(texts); i++)
                expect_told(temporary_write("text", texts[i]), "");
        expect_told(write_bytes("zeros", (char[4096]){0}, 4096), "");
        assert_int_equal(mkfifo(temporary_path("fifo"), 0600), 0);
        expect_told(temporary_path("fifo"), "");
}

static void what_cannot_be_read(void **state)
{
        char longest[PATH_MAX + 2];

        expect_refused(temporary_path("none"), temporary_path("none"),
                ": No such file or directory: correct the path");
        expect_refused(temporary_path("."), temporary_path("."), ": Is a directory");
        memset(longest, 'n', sizeof(longest));
        longest[0] = '/';
        longest[PATH_MAX + 1] = '\0';
        expect_refused(longest, "/nnn", "nnn");
        /* The interpreter is what is missing. */
        write_script("script", temporary_path("none"), "\n");
        expect_refused(temporary_path("script"), temporary_path("none"), ": No such file");
        assert_int_equal(told_count, 1);
}

static void a_program(void **state)
{
        struct failure failure;
        char *rest = told, *path;
        unsigned count;

        assert_int_equal(look(write_bytes("plain", self, self_size), &failure), 0);
        assert_true(told_count >= 3);
        assert_memory_equal(told, self + interpreter.p_offset, interpreter.p_filesz - 1);
        assert_non_null(strstr(told, "/libcmocka.so."));
        assert_non_null(strstr(told, "/libc.so.6\n"));
        assert_int_equal(
                !!strstr(told, "/etc/ld.so.cache\n"), access("/etc/ld.so.cache", R_OK) == 0);
        count = told_count;
        while ((path = strsep(&rest, "\n")) && *path) {
                assert_int_equal(path[0], '/');
                assert_int_equal(access(path, R_OK), 0);
        }
        /* What the receiver says ends it, at each of them. */
        for (wanted_count = 1; wanted_count <= count; wanted_count++) {
                assert_int_equal(look(temporary_path("plain"), &failure), ENOUGH);
                assert_int_equal(told_count, wanted_count);
        }
        wanted_count = 0;
        write_script("script", temporary_path("plain"), "\n");
        assert_int_equal(look(temporary_path("script"), &failure), 0);
        assert_int_equal(told_count, count + 1);
}

/* It names no loader: this program's one says what it needs. */
static void a_library(void **state)
{
        char loader[PATH_MAX];
        struct failure failure;
        Dl_info library;

        assert_true(dladdr((void *)(uintptr_t)_fail, &library));
        memcpy(loader, page + interpreter.p_offset, interpreter.p_filesz);
        assert_int_equal(look(library.dli_fname, &failure), 0);
        assert_non_null(strstr(told, loader));
        assert_non_null(strstr(told, "/libc.so.6\n"));
}

/* Servers close what they don't need. */
static void without_standard_descriptors(void **state)
{
        const char *program = write_bytes("plain", self, self_size);
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                struct failure failure;

                close(STDIN_FILENO);
                close(STDOUT_FILENO);
                told_count = 0;
                told[0] = '\0';
                status = program_files(program, collect, told, &failure);
                _exit(status == 0 && told_count >= 3 ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

/* Replace a text in the whole of this program by another one of the same length. */
static const char *write_with(const char *name, const char *text, const char *other)
{
        size_t length = strlen(text) + 1;
        unsigned char *copy = malloc(self_size), *at = copy;
        const char *path;
        unsigned count = 0;

        memcpy(copy, self, self_size);
        while ((at = memmem(at, self_size - (size_t)(at - copy), text, length))) {
                memcpy(at, other, length);
                count++;
        }
        assert_true(count > 0);
        path = write_bytes(name, copy, self_size);
        free(copy);
        return path;
}

static void a_missing_library(void **state)
{
        const char *path = write_with("program", "libc.so.6", "libX.so.6");

        expect_refused(path, path, " cannot be loaded: there is no libX.so.6");
}

static void a_missing_loader(void **state)
{
        char loader[PATH_MAX], other[PATH_MAX], reason[PATH_MAX + 64];
        const char *path;

        strcpy(loader, (char *)self + interpreter.p_offset);
        strcpy(other, loader);
        other[strlen(other) - 1] = '_';
        path = write_with("program", loader, other);
        snprintf(reason, sizeof(reason), "cannot be loaded: there is no %s, its loader", other);
        expect_refused(path, path, reason);
        assert_int_equal(told_count, 0);
}

/* What another user has written does not say what root brings into a jail. */
static void what_others_can_change(void **state)
{
        char directory[PATH_MAX];
        struct failure failure;
        const char *program;

        strcpy(directory, temporary_path("foreign"));
        assert_int_equal(mkdir(directory, 0755), 0);
        program = write_bytes("foreign/program", self, self_size);
        assert_int_equal(look(program, &failure), 0);
        assert_true(told_count > 1);
        assert_int_equal(chmod(program, 0777), 0);
        expect_refused(program, program, "can be changed by another user than root");
        assert_int_equal(told_count, 0);
        assert_int_equal(chmod(program, 0755), 0);
        assert_int_equal(chmod(directory, 0777), 0);
        expect_refused(program, program, "can be changed by another user than root");
        write_script("script", program, "\n");
        expect_refused(temporary_path("script"), program, "can be changed by another user");
        unlink(program);
        rmdir(directory);
}

/* What was left out for another user's sake must not excuse a program of root's behind it. */
static void after_one_left_out(void **state)
{
        struct failure failure;
        const char *program = write_with("program", "libc.so.6", "libX.so.6");

        failure_set(&failure, 0, "/another", "it is foreign", NULL);
        failure.planted = true;
        told[0] = '\0';
        told_count = 0;
        assert_int_equal(program_files(program, collect, told, &failure), -EINVAL);
        assert_false(failure.planted);
        assert_string_equal(failure.path, program);
}

/* What is cut off anywhere before its names is no program: nothing runs it, and it needs nothing.
 */
static void every_truncation(void **state)
{
        size_t whole = interpreter.p_offset + interpreter.p_filesz;

        assert_true(whole < sizeof(page));
        for (size_t size = 0; size <= whole; size++)
                expect_told(write_bytes("cut", page, size), "");
}

static void expect_static(const void *bytes, size_t offset, size_t size)
{
        unsigned char copy[sizeof(page)];

        memcpy(copy, page, sizeof(copy));
        memcpy(copy + offset, bytes, size);
        expect_told(write_bytes("damaged", copy, sizeof(copy)), "");
}

static void expect_header_static(ElfW(Ehdr) header)
{
        expect_static(&header, 0, sizeof(header));
}

static void expect_segment_static(ElfW(Phdr) segment)
{
        expect_static(&segment, interpreter_header, sizeof(segment));
}

static void damaged_headers(void **state)
{
        static const size_t offsets[] = {0, 1, sizeof(page) - 1, sizeof(page), sizeof(page) + 1,
                INT32_MAX, UINT32_MAX, SIZE_MAX / 2, SIZE_MAX - sizeof(ElfW(Phdr)),
                SIZE_MAX - sizeof(ElfW(Phdr)) + 1, SIZE_MAX - 1, SIZE_MAX};
        static const unsigned sizes[] = {
                0, 1, sizeof(ElfW(Phdr)) - 1, sizeof(ElfW(Phdr)) + 1, UINT16_MAX};
        ElfW(Ehdr) header, changed;

        memcpy(&header, page, sizeof(header));
        for (size_t i = 0; i < COUNT(offsets); i++) {
                changed = header;
                changed.e_phoff = offsets[i];
                expect_header_static(changed);
                changed.e_phnum = UINT16_MAX;
                expect_header_static(changed);
        }
        for (size_t i = 0; i < COUNT(sizes); i++) {
                changed = header;
                changed.e_phentsize = (ElfW(Half))sizes[i];
                expect_header_static(changed);
        }
        changed = header;
        changed.e_phnum = 0;
        expect_header_static(changed);
        changed = header;
        changed.e_ident[EI_MAG3] = 'f';
        expect_header_static(changed);
}

static void damaged_segments(void **state)
{
        static const size_t values[] = {
                sizeof(page), sizeof(page) + 1, UINT32_MAX, SIZE_MAX - 1, SIZE_MAX};
        ElfW(Phdr) changed = interpreter;

        changed.p_type = PT_NULL;
        expect_segment_static(changed);
        for (size_t i = 0; i < COUNT(values); i++) {
                changed = interpreter;
                changed.p_offset = values[i];
                expect_segment_static(changed);
                changed = interpreter;
                changed.p_filesz = values[i];
                expect_segment_static(changed);
                changed.p_offset = SIZE_MAX - values[i] + 1;
                expect_segment_static(changed);
        }
        /* A name of no length, of no more than its end, and a relative one. */
        for (changed = interpreter, changed.p_filesz = 0; changed.p_filesz < 2; changed.p_filesz++)
                expect_segment_static(changed);
        expect_static("l", interpreter.p_offset, 1);
        expect_static("", interpreter.p_offset, 1);
}

/* Without a segment of that kind, the search ends with the page, not with what the header says. */
static void endless_segments(void **state)
{
        ElfW(Ehdr) header;
        ElfW(Phdr) none = {.p_type = PT_NULL};
        unsigned char copy[sizeof(page)];

        memcpy(copy, page, sizeof(copy));
        memcpy(copy + interpreter_header, &none, sizeof(none));
        memcpy(&header, copy, sizeof(header));
        header.e_phnum = UINT16_MAX;
        memcpy(copy, &header, sizeof(header));
        expect_told(write_bytes("damaged", copy, sizeof(copy)), "");
}

/* Whatever stands there, it is taken, or refused with a complaint. */
static void random_damage(void **state)
{
        size_t whole = interpreter.p_offset + interpreter.p_filesz;
        struct failure failure;
        unsigned seed = 1;

        for (int i = 0; i < 100; i++) {
                unsigned char copy[sizeof(page)];

                memcpy(copy, page, sizeof(copy));
                for (int changes = 0; changes < 1 + i % 4; changes++) {
                        size_t at = (size_t)rand_r(&seed) % whole;

                        copy[at] = (unsigned char)rand_r(&seed);
                }
                look(write_bytes("damaged", copy, sizeof(copy)), &failure);
                assert_true(told[0] == '/' || told_count == 0);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(scripts),
                cmocka_unit_test(scripts_of_env),
                cmocka_unit_test(libraries_by_name),
                cmocka_unit_test(neither_script_nor_program),
                cmocka_unit_test(what_cannot_be_read),
                cmocka_unit_test(a_program),
                cmocka_unit_test(a_library),
                cmocka_unit_test(without_standard_descriptors),
                cmocka_unit_test(a_missing_library),
                cmocka_unit_test(a_missing_loader),
                cmocka_unit_test(what_others_can_change),
                cmocka_unit_test(after_one_left_out),
                cmocka_unit_test(every_truncation),
                cmocka_unit_test(damaged_headers),
                cmocka_unit_test(damaged_segments),
                cmocka_unit_test(endless_segments),
                cmocka_unit_test(random_damage),
        };

        return cmocka_run_group_tests(tests, make, end);
}
