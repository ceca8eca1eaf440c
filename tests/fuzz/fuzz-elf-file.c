/* Fuzz target of the ELF reader: it ends, keeps to its bounds, and what it tells is well-formed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "elf_image.h"
#include "system/elf_file.h"

#include <elf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static void check_file(const struct elf_file *file)
{
        check(!file->interpreter || file->interpreter[0] == '/');
        check(file->kind != ELF_KIND_DYNAMIC || file->interpreter);
        check(!file->rpath || !file->runpath);
        check(file->needed_count <= ELF_FILE_NEEDED_LIMIT);
        for (size_t i = 0; i < file->needed_count; i++)
                check(file->needed[i][0] && strlen(file->needed[i]) < PATH_MAX);
        check(elf_file_alike(file, file) && elf_file_machine(file)[0]);
        elf_file_is_native(file);
}

/* A file that is right but for some bytes: each three of the input are a place and what is there.
 */
static size_t damage(const uint8_t *data, size_t size, unsigned char *image)
{
        static const char *const needed[] = {"libone.so.1", "libtwo.so.2", NULL};
        const struct elf_image whole = {.wide = data[0] & 2,
                .big = data[0] & 4,
                .machine = EM_X86_64,
                .interpreter = data[0] & 8 ? "/lib/ld.so" : NULL,
                .name = "libname.so",
                .rpath = "$ORIGIN/one",
                .runpath = data[0] & 16 ? "$ORIGIN/two" : NULL,
                .needed = needed,
                .flags = DF_1_NODEFLIB};
        size_t length = elf_image_make(&whole, image);

        for (size_t i = 1; i + 3 <= size; i += 3)
                image[(data[i] << 8 | data[i + 1]) % length] = data[i + 2];
        return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static int fd = -1;
        unsigned char image[ELF_IMAGE_SIZE];
        struct elf_file file;

        if (fd < 0)
                fd = memfd_create("elf", 0);
        if (size > 0 && (data[0] & 1)) {
                size = damage(data, size, image);
                data = image;
        }
        check(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
        if (elf_file_read(fd, &file) == 0)
                check_file(&file);
        else
                check(!file.needed && !file.interpreter);
        elf_file_release(&file);
        return 0;
}
