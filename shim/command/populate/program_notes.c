/* What is worth knowing of a program that comes into a jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/program_notes.h"

#include "system/elf_file.h"
#include "system/kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Root's rights are no part of a jail. */
static void note_rights(const char *path, int fd, struct findings *findings)
{
        struct file_facts facts;

        if (kernel_facts(fd, "", 0, &facts) == 0 && (facts.mode & (S_ISUID | S_ISGID)))
                findings_add(findings, FINDING_NOTE, "set-id", path, NULL,
                        "its copy has no set-id bit: it runs with the rights of who starts it");
        if (fgetxattr(fd, "security.capability", NULL, 0) > 0)
                findings_add(findings, FINDING_NOTE, "capabilities", path, NULL,
                        "its copy has no file capabilities");
}

static bool names_origin(const char *list)
{
        return list && (strstr(list, "$ORIGIN") || strstr(list, "${ORIGIN}"));
}

/* The loader finds out where a program is by /proc/self/exe (ld.so(8)); not so of a library. */
static void note_origin(const char *path, const struct elf_file *file, const struct jail *jail,
        struct findings *findings)
{
        const char *slash = strrchr(path, '/');
        struct finding *finding;

        if ((!names_origin(file->rpath) && !names_origin(file->runpath)) ||
                kernel_access(jail->fd, "proc/self/exe", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return;
        finding = findings_add(findings, FINDING_WARNING, "origin", path, NULL,
                "it finds libraries by $ORIGIN, for which the loader needs /proc, and the jail has "
                "none: set this variable for it");
        cure_command(&finding->cure, "LD_ORIGIN_PATH=%.*s", (int)(slash - path), path);
}

static void note_headers(
        const char *path, int fd, const struct jail *jail, struct findings *findings)
{
        struct elf_file file;

        if (elf_file_read(fd, &file) < 0)
                return;
        note_origin(path, &file, jail, findings);
        if (!elf_file_is_native(&file))
                findings_add(findings, FINDING_NOTE, "other-machine", path, NULL,
                        "it is for %s, and the shim is not: it runs in the jail where this machine "
                        "can run it, but the shim does not translate its paths",
                        elf_file_machine(&file));
        else if (file.kind == ELF_KIND_STATIC)
                findings_add(findings, FINDING_NOTE, "static", path, NULL,
                        "it is a static program, which needs no library, and the shim does not "
                        "translate its paths");
        elf_file_release(&file);
}

void program_notes(const char *path, const struct jail *jail, struct findings *findings)
{
        CLOSED_AT_END int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

        if (fd < 0)
                return;
        note_rights(path, fd, findings);
        note_headers(path, fd, jail, findings);
}
