/* Reads the headers of ELF files, of any machine: what loads a program, and what it needs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/elf_file.h"

#include "system/kernel.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Room for the headers of either size. */
#define HEADER_SIZE sizeof(Elf64_Ehdr)

/* FIELD() - the place of a member in a structure that has other offsets and widths in each size. */
#define FIELD(file, at, structure, member)                                                         \
        ((file)->wide ? number(file, (at) + offsetof(Elf64_##structure, member),                   \
                                sizeof(((Elf64_##structure *)NULL)->member))                       \
                      : number(file, (at) + offsetof(Elf32_##structure, member),                   \
                                sizeof(((Elf32_##structure *)NULL)->member)))

/* A file being read, and where its dynamic section and its strings lie. */
struct reader {
        int fd;
        struct elf_file *file;
        unsigned char *headers;
        size_t header_count;
        size_t header_size;
        uint64_t strings;
        uint64_t strings_size;
        bool is_program;
};

static uint64_t number(const struct elf_file *file, const unsigned char *at, size_t width)
{
        uint64_t value = 0;

        for (size_t i = 0; i < width; i++)
                value |= (uint64_t)at[i] << (8 * (file->big ? width - 1 - i : i));
        return value;
}

/* Return: how much there is, up to @size; or a negative error number. */
static ssize_t read_at(int fd, uint64_t offset, void *buffer, size_t size)
{
        if (offset > (uint64_t)INT64_MAX - size)
                return -ENOEXEC;
        return kernel_read_at(fd, offset, buffer, size);
}

static int read_whole(int fd, uint64_t offset, void *buffer, size_t size)
{
        ssize_t length = read_at(fd, offset, buffer, size);

        return length < 0 ? (int)length : (size_t)length < size ? -ENOEXEC : 0;
}

/* A string that ends within @size bytes; a longer one is no name of anything. */
static int read_string(int fd, uint64_t offset, uint64_t size, char **ret_string)
{
        char text[PATH_MAX];
        ssize_t length = read_at(fd, offset, text, size < sizeof(text) ? size : sizeof(text));

        if (length < 0)
                return (int)length;
        if (!memchr(text, '\0', (size_t)length))
                return -ENOEXEC;
        free(*ret_string);
        *ret_string = strdup(text);
        return *ret_string ? 0 : -ENOMEM;
}

/* The first bytes, which say how to read all others. */
static int read_header(struct reader *reader, uint64_t *ret_offset)
{
        struct elf_file *file = reader->file;
        unsigned char header[HEADER_SIZE] = {0};
        ssize_t length = read_at(reader->fd, 0, header, sizeof(header));

        if (length < 0)
                return (int)length;
        if (length < (ssize_t)sizeof(Elf32_Ehdr) || memcmp(header, ELFMAG, SELFMAG) != 0 ||
                (header[EI_CLASS] != ELFCLASS32 && header[EI_CLASS] != ELFCLASS64) ||
                (header[EI_DATA] != ELFDATA2LSB && header[EI_DATA] != ELFDATA2MSB))
                return -ENOEXEC;
        file->wide = header[EI_CLASS] == ELFCLASS64;
        file->big = header[EI_DATA] == ELFDATA2MSB;
        if (file->wide && length < (ssize_t)sizeof(Elf64_Ehdr))
                return -ENOEXEC;
        file->type = (uint16_t)FIELD(file, header, Ehdr, e_type);
        file->machine = (uint16_t)FIELD(file, header, Ehdr, e_machine);
        file->flags = (uint32_t)FIELD(file, header, Ehdr, e_flags);
        reader->header_count = FIELD(file, header, Ehdr, e_phnum);
        reader->header_size = file->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
        *ret_offset = FIELD(file, header, Ehdr, e_phoff);
        if (reader->header_count > 0 &&
                FIELD(file, header, Ehdr, e_phentsize) != reader->header_size)
                return -ENOEXEC;
        return reader->header_count > ELF_FILE_HEADERS_LIMIT ? -ENOEXEC : 0;
}

static int read_program_headers(struct reader *reader, uint64_t offset)
{
        size_t size = reader->header_count * reader->header_size;

        reader->headers = malloc(size + 1);
        if (!reader->headers)
                return -ENOMEM;
        return read_whole(reader->fd, offset, reader->headers, size);
}

/* The first header of that @type; NULL if there is none. */
static const unsigned char *find_header(const struct reader *reader, uint32_t type)
{
        for (size_t i = 0; i < reader->header_count; i++) {
                const unsigned char *at = reader->headers + i * reader->header_size;

                if (FIELD(reader->file, at, Phdr, p_type) == type)
                        return at;
        }
        return NULL;
}

static int read_interpreter(struct reader *reader)
{
        const unsigned char *at = find_header(reader, PT_INTERP);
        struct elf_file *file = reader->file;
        int error;

        if (!at)
                return 0;
        error = read_string(reader->fd, FIELD(file, at, Phdr, p_offset),
                FIELD(file, at, Phdr, p_filesz), &file->interpreter);
        return error < 0 ? error : file->interpreter[0] == '/' ? 0 : -ENOEXEC;
}

/* Where in the file is what will be at @address? Return: false if nowhere. */
static bool locate(const struct reader *reader, uint64_t address, uint64_t *ret_offset)
{
        const struct elf_file *file = reader->file;

        for (size_t i = 0; i < reader->header_count; i++) {
                const unsigned char *at = reader->headers + i * reader->header_size;
                uint64_t begin = FIELD(file, at, Phdr, p_vaddr);

                if (FIELD(file, at, Phdr, p_type) != PT_LOAD || address < begin ||
                        address - begin >= FIELD(file, at, Phdr, p_filesz))
                        continue;
                return !__builtin_add_overflow(
                        FIELD(file, at, Phdr, p_offset), address - begin, ret_offset);
        }
        return false;
}

static int read_name(const struct reader *reader, uint64_t at, char **ret_name)
{
        if (at >= reader->strings_size || reader->strings > UINT64_MAX - at)
                return -ENOEXEC;
        return read_string(reader->fd, reader->strings + at, reader->strings_size - at, ret_name);
}

static int add_needed(const struct reader *reader, uint64_t at)
{
        struct elf_file *file = reader->file;
        char **longer;
        int error;

        if (file->needed_count >= ELF_FILE_NEEDED_LIMIT)
                return -ENOEXEC;
        longer = realloc(file->needed, (file->needed_count + 1) * sizeof(*longer));
        if (!longer)
                return -ENOMEM;
        file->needed = longer;
        longer[file->needed_count] = NULL;
        error = read_name(reader, at, &longer[file->needed_count]);
        if (longer[file->needed_count])
                file->needed_count++;
        return error == 0 && !longer[file->needed_count - 1][0] ? -ENOEXEC : error;
}

/* Before names are read it must be known where they are. */
static int find_strings(struct reader *reader, uint64_t tag, uint64_t value)
{
        if (tag == DT_STRSZ)
                reader->strings_size = value;
        else if (tag == DT_STRTAB)
                return locate(reader, value, &reader->strings) ? 0 : -ENOEXEC;
        return 0;
}

static int take_entry(struct reader *reader, uint64_t tag, uint64_t value)
{
        struct elf_file *file = reader->file;

        switch (tag) {
        case DT_NEEDED:
                return add_needed(reader, value);
        case DT_SONAME:
                return read_name(reader, value, &file->name);
        case DT_RPATH:
                return read_name(reader, value, &file->rpath);
        case DT_RUNPATH:
                return read_name(reader, value, &file->runpath);
        case DT_FLAGS_1:
                file->no_default_directories = value & DF_1_NODEFLIB;
                reader->is_program = value & DF_1_PIE;
                return 0;
        default:
                return 0;
        }
}

/* Tell each entry of the section to @take, up to DT_NULL. */
static int each_entry(struct reader *reader, const unsigned char *entries, size_t size,
        int (*take)(struct reader *reader, uint64_t tag, uint64_t value))
{
        const struct elf_file *file = reader->file;
        size_t width = file->wide ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
        int error = 0;

        for (size_t at = 0; error == 0 && size - at >= width; at += width) {
                uint64_t tag = FIELD(file, entries + at, Dyn, d_tag);

                if (tag == DT_NULL)
                        break;
                error = take(reader, tag, FIELD(file, entries + at, Dyn, d_un));
        }
        return error;
}

static int read_dynamic(struct reader *reader)
{
        const unsigned char *at = find_header(reader, PT_DYNAMIC);
        const size_t most = ELF_FILE_ENTRIES_LIMIT * sizeof(Elf64_Dyn);
        uint64_t size = at ? FIELD(reader->file, at, Phdr, p_filesz) : 0;
        unsigned char *entries;
        int error;

        if (size == 0)
                return 0;
        if (size > most)
                return -ENOEXEC;
        entries = malloc(size);
        if (!entries)
                return -ENOMEM;
        error = read_whole(reader->fd, FIELD(reader->file, at, Phdr, p_offset), entries, size);
        if (error == 0)
                error = each_entry(reader, entries, size, find_strings);
        if (error == 0)
                error = each_entry(reader, entries, size, take_entry);
        free(entries);
        return error;
}

/* A program without a loader that is linked to run at any address says that it is one. */
static enum elf_kind kind_of(const struct reader *reader)
{
        const struct elf_file *file = reader->file;

        if (file->type != ET_EXEC && file->type != ET_DYN)
                return ELF_KIND_OTHER;
        if (file->interpreter)
                return ELF_KIND_DYNAMIC;
        return file->type == ET_EXEC || reader->is_program ? ELF_KIND_STATIC : ELF_KIND_LIBRARY;
}

/* What the kernel reads as it runs a program. */
static int read_front(struct reader *reader)
{
        uint64_t offset = 0;
        int error = read_header(reader, &offset);

        if (error == 0)
                error = read_program_headers(reader, offset);
        return error < 0 ? error : read_interpreter(reader);
}

int elf_file_interpreter(int fd, char **ret_path)
{
        struct elf_file file = {0};
        struct reader reader = {.fd = fd, .file = &file};
        int error = read_front(&reader);

        free(reader.headers);
        if (error < 0)
                elf_file_release(&file);
        *ret_path = file.interpreter;
        return error;
}

int elf_file_read(int fd, struct elf_file *ret_file)
{
        struct reader reader = {.fd = fd, .file = ret_file};
        int error;

        *ret_file = (struct elf_file){0};
        error = read_front(&reader);
        if (error == 0)
                error = read_dynamic(&reader);
        ret_file->kind = kind_of(&reader);
        free(reader.headers);
        if (ret_file->runpath) {
                free(ret_file->rpath);
                ret_file->rpath = NULL;
        }
        if (error < 0)
                elf_file_release(ret_file);
        return error;
}

void elf_file_release(struct elf_file *file)
{
        for (size_t i = 0; i < file->needed_count; i++)
                free(file->needed[i]);
        free(file->needed);
        free(file->interpreter);
        free(file->name);
        free(file->rpath);
        free(file->runpath);
        *file = (struct elf_file){0};
}
