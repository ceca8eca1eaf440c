/* Makes small ELF files in memory, of any class and byte order, with what a test puts into them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "elf_image.h"

#include <elf.h>
#include <string.h>

/* Where in the file things are: three program headers, the dynamic section, the strings. */
#define HEADERS_AT 64
#define INTERPRETER_AT 256
#define DYNAMIC_AT 512
#define STRINGS_AT 1536

/* What the file's addresses begin at: they are not its offsets. */
#define BASE 0x10000

/* An image on its way: the next byte, the next dynamic entry, and the strings so far. */
struct writer {
        const struct elf_image *image;
        unsigned char *bytes;
        size_t at;
        size_t dynamic;
        size_t strings;
};

static void put(struct writer *writer, uint64_t value, size_t width)
{
        for (size_t i = 0; i < width; i++) {
                size_t shift = 8 * (writer->image->big ? width - 1 - i : i);

                writer->bytes[writer->at++] = (unsigned char)(value >> shift);
        }
}

/* An address or an offset: as wide as the file is. */
static void put_word(struct writer *writer, uint64_t value)
{
        put(writer, value, writer->image->wide ? 8 : 4);
}

static void put_entry(struct writer *writer, uint64_t tag, uint64_t value)
{
        writer->at = writer->dynamic;
        put_word(writer, tag);
        put_word(writer, value);
        writer->dynamic = writer->at;
}

static void put_string(struct writer *writer, uint64_t tag, const char *text)
{
        if (!text)
                return;
        strcpy((char *)writer->bytes + writer->strings, text);
        put_entry(writer, tag, writer->strings - STRINGS_AT);
        writer->strings += strlen(text) + 1;
}

static void put_dynamic(struct writer *writer)
{
        const struct elf_image *image = writer->image;

        for (size_t i = 0; image->needed && image->needed[i]; i++)
                put_string(writer, DT_NEEDED, image->needed[i]);
        put_string(writer, DT_SONAME, image->name);
        put_string(writer, DT_RPATH, image->rpath);
        put_string(writer, DT_RUNPATH, image->runpath);
        if (image->flags)
                put_entry(writer, DT_FLAGS_1, image->flags);
        put_entry(writer, DT_STRTAB, BASE + STRINGS_AT);
        put_entry(writer, DT_STRSZ, writer->strings - STRINGS_AT);
        put_entry(writer, DT_NULL, 0);
}

static void put_segment(struct writer *writer, uint32_t type, uint64_t offset, uint64_t size)
{
        put(writer, type, 4);
        if (writer->image->wide)
                put(writer, PF_R, 4);
        put_word(writer, offset);
        put_word(writer, BASE + offset);
        put_word(writer, BASE + offset);
        put_word(writer, size);
        put_word(writer, size);
        if (!writer->image->wide)
                put(writer, PF_R, 4);
        put_word(writer, 4);
}

static void put_header(struct writer *writer, unsigned segments)
{
        const struct elf_image *image = writer->image;
        const unsigned char identity[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
                image->wide ? ELFCLASS64 : ELFCLASS32, image->big ? ELFDATA2MSB : ELFDATA2LSB,
                EV_CURRENT};

        memcpy(writer->bytes, identity, sizeof(identity));
        writer->at = EI_NIDENT;
        put(writer, image->type ? image->type : ET_DYN, 2);
        put(writer, image->machine, 2);
        put(writer, EV_CURRENT, 4);
        put_word(writer, 0);
        put_word(writer, HEADERS_AT);
        put_word(writer, 0);
        put(writer, 0, 4);
        put(writer, image->wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), 2);
        put(writer, image->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr), 2);
        put(writer, segments, 2);
}

size_t elf_image_make(const struct elf_image *image, unsigned char *buffer)
{
        struct writer writer = {image, buffer, 0, DYNAMIC_AT, STRINGS_AT + 1};

        memset(buffer, 0, ELF_IMAGE_SIZE);
        put_dynamic(&writer);
        put_header(&writer, image->interpreter ? 3 : 2);
        writer.at = HEADERS_AT;
        put_segment(&writer, PT_LOAD, 0, writer.strings);
        put_segment(&writer, PT_DYNAMIC, DYNAMIC_AT, writer.dynamic - DYNAMIC_AT);
        if (image->interpreter) {
                put_segment(&writer, PT_INTERP, INTERPRETER_AT, strlen(image->interpreter) + 1);
                strcpy((char *)buffer + INTERPRETER_AT, image->interpreter);
        }
        return writer.strings;
}
