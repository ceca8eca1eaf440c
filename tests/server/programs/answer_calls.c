/*
 * Runs a command to which the kernel answers a system call without doing it, as a filter of systemd
 * or of a container makes it.
 *
 * Usage: answer_calls CALL ERROR COMMAND...   (ERROR 0: "done", a lie; "kill": by SIGSYS)
 *
 * move_mount is answered only if it is to mount beneath another one, as Linux does before 6.5.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/call_numbers.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const struct {
        const char *name;
        unsigned number;
} calls[] = {
        {"capset", SYS_capset},
        {"chroot", SYS_chroot},
        {"close_range", SYS_close_range},
        {"fchdir", SYS_fchdir},
        {"keyctl", SYS_keyctl},
        {"landlock_add_rule", SYS_landlock_add_rule},
        {"clone", SYS_clone},
        {"landlock_create_ruleset", SYS_landlock_create_ruleset},
        {"landlock_restrict_self", SYS_landlock_restrict_self},
        {"inotify_add_watch", SYS_inotify_add_watch},
        {"inotify_init1", SYS_inotify_init1},
        {"memfd_create", SYS_memfd_create},
        {"move_mount", SYS_move_mount},
        {"open_tree", SYS_open_tree},
        {"ppoll", CALL_PPOLL},
        {"openat2", SYS_openat2},
        {"pidfd_open", SYS_pidfd_open},
        {"seccomp", SYS_seccomp},
        {"setfsuid", CALL_SETFSUID},
        {"setns", SYS_setns},
#ifdef SYS_setuid32
        {"setuid", SYS_setuid32},
#else
        {"setuid", SYS_setuid},
#endif
        {"signalfd4", SYS_signalfd4},
        {"unshare", SYS_unshare},
};

static unsigned number_of(const char *name)
{
        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
                if (strcmp(calls[i].name, name) == 0)
                        return calls[i].number;
        _exit(2);
}

int main(int argc, char **argv)
{
        unsigned answer, flags;

        if (argc < 4)
                return 2;
        /* Of the fifth argument, all that must be set. */
        flags = strcmp(argv[1], "move_mount") == 0 ? 0x200 : 0;
        answer = strcmp(argv[2], "kill") == 0 ? SECCOMP_RET_KILL_PROCESS
                                              : SECCOMP_RET_ERRNO | (unsigned)atoi(argv[2]);

        struct sock_filter instructions[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(argv[1]), 0, 4),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[4])),
                BPF_STMT(BPF_ALU | BPF_AND | BPF_K, flags),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, flags, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, answer),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog filter = {
                .len = sizeof(instructions) / sizeof(instructions[0]), .filter = instructions};

        /* Who is not root may filter only what gains no privileges. */
        if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return 1;
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
                return 1;
        execvp(argv[3], argv + 3);
        return 1;
}
