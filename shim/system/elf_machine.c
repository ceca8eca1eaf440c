/* What machine an ELF file is for: this one, the same as another's, by which name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/elf_file.h"

#include <elf.h>
#include <link.h>

/* The header of the program or library that has this code; the linker defines it. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

bool elf_file_is_native(const struct elf_file *file)
{
        return file->wide == (__ehdr_start.e_ident[EI_CLASS] == ELFCLASS64) &&
               file->big == (__ehdr_start.e_ident[EI_DATA] == ELFDATA2MSB) &&
               file->machine == __ehdr_start.e_machine;
}

bool elf_file_alike(const struct elf_file *a, const struct elf_file *b)
{
        return a->wide == b->wide && a->big == b->big && a->machine == b->machine;
}

const char *elf_file_machine(const struct elf_file *file)
{
        switch (file->machine) {
        case EM_386:
                return "i386";
        case EM_X86_64:
                return file->wide ? "x86-64" : "x32";
        case EM_ARM:
                return "arm";
        case EM_AARCH64:
                return "arm64";
        case EM_RISCV:
                return "riscv";
        case EM_PPC64:
                return "powerpc64";
        case EM_S390:
                return "s390";
        case EM_MIPS:
                return "mips";
        case EM_LOONGARCH:
                return "loongarch";
        default:
                return "another machine";
        }
}
