/* Reads the headers of ELF files, of any machine: what loads a program, and what it needs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_ELF_FILE_H
#define SHIM_SYSTEM_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * See elf(5). Nothing is believed of what a file says: all is read by pread(2) within bounds, never
 * mapped, for who shortens a mapped file ends its readers.
 */

/** Most program headers, entries of the dynamic section, and names in it; none has as many. */
#define ELF_FILE_HEADERS_LIMIT 1024
#define ELF_FILE_ENTRIES_LIMIT 16384
#define ELF_FILE_NEEDED_LIMIT 4096

/** enum elf_kind - what the kernel or a loader makes of it. */
enum elf_kind {
        /** An object, a core, or damaged: nothing that runs. */
        ELF_KIND_OTHER,
        /** A program that a loader (elf_file.interpreter) puts together: LD_PRELOAD holds. */
        ELF_KIND_DYNAMIC,
        /** A program that no loader sees: LD_PRELOAD means nothing to it. */
        ELF_KIND_STATIC,
        /** A shared object without a loader of its own. */
        ELF_KIND_LIBRARY,
};

/**
 * struct elf_file - what the headers say.
 *
 * @wide:        of 64 bits (ELFCLASS64).
 * @big:         the byte that counts most comes first (ELFDATA2MSB).
 * @machine:     EM_X86_64, …
 * @type:        ET_EXEC, ET_DYN, …
 * @flags:       of the machine: e_flags.
 * @interpreter: the loader (PT_INTERP), an absolute path; NULL if it names none.
 * @name:        DT_SONAME; NULL if none.
 * @rpath:       DT_RPATH; NULL if none, or if there is a runpath, which makes it void (ld.so(8)).
 * @runpath:     DT_RUNPATH; NULL if none.
 * @needed:      DT_NEEDED, in order; @needed_count of them.
 * @no_default_directories: DF_1_NODEFLIB: no library is to be looked for in those of the system.
 *
 * All strings are allocated, and not empty but for paths.
 */
struct elf_file {
        bool wide;
        bool big;
        uint16_t machine;
        uint16_t type;
        uint32_t flags;
        enum elf_kind kind;
        char *interpreter;
        char *name;
        char *rpath;
        char *runpath;
        char **needed;
        size_t needed_count;
        bool no_default_directories;
};

/**
 * elf_file_read() - read the headers of the file that is open as @fd, which keeps its position.
 * Allocates.
 *
 * Return: 0, then elf_file_release() it; -ENOEXEC if it is no ELF file, or is damaged; -ENOMEM;
 * what pread(2) fails with.
 */
int elf_file_read(int fd, struct elf_file *ret_file);

/**
 * elf_file_interpreter() - read no more of it than the kernel does as it runs it: what loads it,
 * NULL if nothing does. Allocates *@ret_path.
 *
 * Return: as elf_file_read().
 */
int elf_file_interpreter(int fd, char **ret_path);

/** elf_file_release() - free what it holds; it is all zero then. */
void elf_file_release(struct elf_file *file);

/** elf_file_is_native() - is it of this program's own word size, byte order and machine? */
bool elf_file_is_native(const struct elf_file *file);

/** elf_file_alike() - can both be parts of one process? Of the same size, order and machine. */
bool elf_file_alike(const struct elf_file *a, const struct elf_file *b);

/** elf_file_machine() - the machine's name, as people know it: "i386"; "another machine" if it is
 * none of those that Debian runs on. */
const char *elf_file_machine(const struct elf_file *file);

#endif
