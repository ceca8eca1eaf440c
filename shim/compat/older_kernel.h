/* System calls and machines that the headers of a C library before 2.34 need not have. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPAT_OLDER_KERNEL_H
#define COMPAT_OLDER_KERNEL_H

/* It must not include features.h: a source that is compiled with it may say first what it wants. */
#include <sys/syscall.h>

/* Since Linux 5.1, system calls have the same place in the order of every machine. */
#ifndef SYS_close_range
#define SYS_close_range (SYS_open_tree + 8)
#endif
#ifndef SYS_openat2
#define SYS_openat2 (SYS_open_tree + 9)
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd (SYS_open_tree + 10)
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 (SYS_open_tree + 11)
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr (SYS_open_tree + 14)
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset (SYS_open_tree + 16)
#define SYS_landlock_add_rule (SYS_open_tree + 17)
#define SYS_landlock_restrict_self (SYS_open_tree + 18)
#endif

/* As elf.h has it, which comes later. */
#define EM_LOONGARCH 258

#endif
