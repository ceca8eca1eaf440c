/* The system calls that take a path: what a traced worker reports, and where their paths are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/traced_calls.h"

#include <link.h>
#include <linux/audit.h>
#include <sys/syscall.h>

/* Newer architectures lack the older calls. */
const struct traced_call traced_calls[] = {
#ifdef __NR_open
        {__NR_open, TRACED_OPEN, -1, 0, 1},
#endif
#ifdef __NR_creat
        {__NR_creat, TRACED_CREATE, -1, 0, -1},
#endif
#ifdef __NR_stat
        {__NR_stat, TRACED_LOOK, -1, 0, -1},
#endif
#ifdef __NR_lstat
        {__NR_lstat, TRACED_LOOK, -1, 0, -1},
#endif
#ifdef __NR_stat64
        {__NR_stat64, TRACED_LOOK, -1, 0, -1},
#endif
#ifdef __NR_lstat64
        {__NR_lstat64, TRACED_LOOK, -1, 0, -1},
#endif
#ifdef __NR_newfstatat
        {__NR_newfstatat, TRACED_LOOK, 0, 1, -1},
#endif
#ifdef __NR_fstatat64
        {__NR_fstatat64, TRACED_LOOK, 0, 1, -1},
#endif
#ifdef __NR_access
        {__NR_access, TRACED_LOOK, -1, 0, -1},
#endif
#ifdef __NR_faccessat2
        {__NR_faccessat2, TRACED_LOOK, 0, 1, -1},
#endif
#ifdef __NR_readlink
        {__NR_readlink, TRACED_LOOK, -1, 0, -1},
#endif
#ifdef __NR_connect
        {__NR_connect, TRACED_CONNECT, -1, 1, -1},
#endif
#ifdef __NR_socketcall
        {__NR_socketcall, TRACED_SOCKET_CALL, -1, 1, -1},
#endif
        {__NR_openat, TRACED_OPEN, 0, 1, 2},
        {__NR_openat2, TRACED_OPEN, 0, 1, -1},
        {__NR_statx, TRACED_LOOK, 0, 1, -1},
        {__NR_faccessat, TRACED_LOOK, 0, 1, -1},
        {__NR_readlinkat, TRACED_LOOK, 0, 1, -1},
        {__NR_chdir, TRACED_LOOK, -1, 0, -1},
        {__NR_execve, TRACED_EXECUTE, -1, 0, -1},
        {__NR_execveat, TRACED_EXECUTE, 0, 1, -1},
};

const size_t traced_calls_count = sizeof(traced_calls) / sizeof(traced_calls[0]);

_Static_assert(sizeof(traced_calls) / sizeof(traced_calls[0]) <= TRACED_CALLS_LIMIT,
        "a filter has room for all");

const struct traced_call *traced_call_find(int number)
{
        for (size_t i = 0; i < traced_calls_count; i++)
                if (traced_calls[i].number == number)
                        return &traced_calls[i];
        return NULL;
}

/* The header of this program's or library's own file, which the linker names so. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* AUDIT_ARCH_... is made of the machine, its word size and its order of bytes, as ELF has them. */
uint32_t traced_architecture(void)
{
        uint32_t architecture = __ehdr_start.e_machine;

        if (__ehdr_start.e_ident[EI_CLASS] == ELFCLASS64)
                architecture |= __AUDIT_ARCH_64BIT;
        if (__ehdr_start.e_ident[EI_DATA] == ELFDATA2LSB)
                architecture |= __AUDIT_ARCH_LE;
        return architecture;
}
