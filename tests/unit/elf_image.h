/* Makes small ELF files in memory, of any class and byte order, with what a test puts into them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_IMAGE_H
#define ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct elf_image - what is to be in it; all zero is a library of 32 bits with nothing.
 *
 * @needed: ends with NULL; may be NULL, as all strings.
 * @flags:  DT_FLAGS_1.
 */
struct elf_image {
        bool wide;
        bool big;
        uint16_t type;
        uint16_t machine;
        const char *interpreter;
        const char *name;
        const char *rpath;
        const char *runpath;
        const char *const *needed;
        uint64_t flags;
};

/** ELF_IMAGE_SIZE - room for each of them. */
#define ELF_IMAGE_SIZE 4096

/** elf_image_make() - write it. @buffer: of ELF_IMAGE_SIZE bytes. Return: its size. */
size_t elf_image_make(const struct elf_image *image, unsigned char *buffer);

#endif
