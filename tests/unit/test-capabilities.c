/* Tests of shim/system/capabilities: the names, and what a process has left afterwards. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/capabilities.h"
#include "unit.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROW(name)                                                                                  \
        {                                                                                          \
                CAP_##name, #name                                                                  \
        }

static const struct {
        int number;
        const char *name;
} rows[] = {ROW(CHOWN), ROW(DAC_OVERRIDE), ROW(DAC_READ_SEARCH), ROW(FOWNER), ROW(FSETID),
        ROW(KILL), ROW(SETGID), ROW(SETUID), ROW(SETPCAP), ROW(LINUX_IMMUTABLE),
        ROW(NET_BIND_SERVICE), ROW(NET_BROADCAST), ROW(NET_ADMIN), ROW(NET_RAW), ROW(IPC_LOCK),
        ROW(IPC_OWNER), ROW(SYS_MODULE), ROW(SYS_RAWIO), ROW(SYS_CHROOT), ROW(SYS_PTRACE),
        ROW(SYS_PACCT), ROW(SYS_ADMIN), ROW(SYS_BOOT), ROW(SYS_NICE), ROW(SYS_RESOURCE),
        ROW(SYS_TIME), ROW(SYS_TTY_CONFIG), ROW(MKNOD), ROW(LEASE), ROW(AUDIT_WRITE),
        ROW(AUDIT_CONTROL), ROW(SETFCAP), ROW(MAC_OVERRIDE), ROW(MAC_ADMIN), ROW(SYSLOG),
        ROW(WAKE_ALARM), ROW(BLOCK_SUSPEND), ROW(AUDIT_READ), ROW(PERFMON), ROW(BPF),
        ROW(CHECKPOINT_RESTORE)};

static void names(void **state)
{
        for (size_t i = 0; i < COUNT(rows); i++) {
                char prefixed[64];

                snprintf(prefixed, sizeof(prefixed), "CAP_%s", rows[i].name);
                assert_int_equal(capability_named(rows[i].name), rows[i].number);
                assert_int_equal(capability_named(prefixed), rows[i].number);
                assert_int_equal(capability_named(capability_name((unsigned)rows[i].number)),
                        rows[i].number);
        }
        assert_null(capability_name(COUNT(rows)));
        assert_int_equal(capability_named("sys_ptrace"), CAP_SYS_PTRACE);
        assert_int_equal(capability_named("cap_Sys_pTrace"), CAP_SYS_PTRACE);
}

static void no_names(void **state)
{
        static const char *const cases[] = {"", "cap_", "CAP_CAP_CHOWN", "SYS", "SYS_ADMI",
                "SYS_ADMINS", "SYS_ADMIN ", " SYS_ADMIN", "SYS-ADMIN", "SYSADMIN", "21", "all"};

        for (size_t i = 0; i < COUNT(cases); i++)
                assert_int_equal(capability_named(cases[i]), -1);
}

static const uint64_t wanted = 1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_SYS_CHROOT;
static const uint64_t gone = 1ULL << CAP_SYS_ADMIN | 1ULL << CAP_SYS_PTRACE | 1ULL << CAP_MKNOD |
                             1ULL << CAP_SYS_MODULE | 1ULL << CAP_SYS_RAWIO | 1ULL << CAP_BPF |
                             1ULL << CAP_PERFMON | 1ULL << CAP_SYSLOG | 1ULL << CAP_SETFCAP;
static const uint64_t harmless = 1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_KILL |
                                 1ULL << CAP_SETUID | 1ULL << CAP_SETGID | 1ULL << CAP_SETPCAP |
                                 1ULL << CAP_NET_BIND_SERVICE | 1ULL << CAP_SYS_NICE;

/* In a child, since it is for good. Return: the number of the line that failed, or 0. */
static int in_child(int (*test)(void))
{
        pid_t pid = fork();
        int status;

        if (pid == 0)
                _exit(test());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

#define EXPECT(condition)                                                                          \
        do                                                                                         \
                if (!(condition))                                                                  \
                        return __LINE__;                                                           \
        while (0)

/* Root loses them in all sets; others have no right to change the bounding set. */
static int strip_strictly(void)
{
        uint64_t before = capabilities_held();
        bool able = before & 1ULL << CAP_SETPCAP;

        prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
        EXPECT(capabilities_strip(wanted, false) == (able ? 0 : -EPERM));
        if (!able)
                return 0;
        EXPECT(!(capabilities_held() & gone));
        EXPECT((capabilities_held() & (wanted | harmless)) == (before & (wanted | harmless)));
        EXPECT(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 0);
        EXPECT(prctl(PR_CAPBSET_READ, CAP_BPF, 0, 0, 0) == 0);
        EXPECT(prctl(PR_CAPBSET_READ, CAP_SETUID, 0, 0, 0) == 1);
        EXPECT(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) == 0);
        return 0;
}

static int strip_loosely(void)
{
        prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
        EXPECT(capabilities_strip(0, true) == 0);
        EXPECT(!(capabilities_held() & (gone | wanted)));
        /* Without CAP_SYS_CHROOT, what a server keeps over setuid() is its own affair. */
        EXPECT(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) == 1);
        return 0;
}

/* As root has them after seteuid(): permitted, and not effective. */
static int raise_and_lower(void)
{
        const uint64_t one = 1ULL << CAP_CHOWN;
        uint64_t all = capabilities_permitted(), held;

        EXPECT(capabilities_lower(one) == 0);
        EXPECT(capabilities_held() == (all & one));
        EXPECT(capabilities_permitted() == all);
        EXPECT(capabilities_raise(&held) == 0 && held == (all & one));
        EXPECT(capabilities_held() == all);
        EXPECT(capabilities_raise(&held) == 0 && held == all);
        EXPECT(capabilities_lower(all) == 0);
        EXPECT(capabilities_held() == all);
        EXPECT(capabilities_lower(0) == 0);
        EXPECT(capabilities_held() == 0);
        return 0;
}

static int drop_all(void)
{
        EXPECT(capabilities_drop_all() == 0);
        EXPECT(capabilities_held() == 0);
        EXPECT(capabilities_strip(0, false) == -EPERM);
        return 0;
}

/* Where the lower 32 bits of an argument are. */
#define LOW_HALF(number)                                                                           \
        (offsetof(struct seccomp_data, args[number]) +                                             \
                (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(__u32) : 0))

/* Let the kernel refuse to drop @capability from the bounding set. */
static int refuse_drop(unsigned capability)
{
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 5),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LOW_HALF(0)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_CAPBSET_DROP, 0, 3),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LOW_HALF(1)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, capability, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* What the bounding set lacks is not dropped from it once more. An emulator has no filters. */
static int drop_what_is_there(void)
{
        if (!(capabilities_held() & 1ULL << CAP_SETPCAP) || prctl(PR_GET_SECCOMP) < 0)
                return 0;
        prctl(PR_CAPBSET_DROP, CAP_SYS_MODULE, 0, 0, 0);
        capabilities_note_bounding();
        EXPECT(refuse_drop(CAP_SYS_MODULE) == 0);
        EXPECT(capabilities_strip(0, false) == 0);
        EXPECT(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 0);
        return 0;
}

/* What has come again is dropped: in a new user namespace a process has all. */
static int drop_what_comes_again(void)
{
        if (!(capabilities_held() & 1ULL << CAP_SETPCAP))
                return 0;
        prctl(PR_CAPBSET_DROP, CAP_SYS_MODULE, 0, 0, 0);
        capabilities_note_bounding();
        /* Where that is forbidden, none comes again. */
        if (unshare(CLONE_NEWUSER) < 0)
                return 0;
        EXPECT(prctl(PR_CAPBSET_READ, CAP_SYS_MODULE, 0, 0, 0) == 1);
        EXPECT(capabilities_strip(0, false) == 0);
        EXPECT(prctl(PR_CAPBSET_READ, CAP_SYS_MODULE, 0, 0, 0) == 0);
        return 0;
}

static void bounding_set(void **state)
{
        assert_int_equal(in_child(drop_what_is_there), 0);
        assert_int_equal(in_child(drop_what_comes_again), 0);
}

static void what_is_left(void **state)
{
        assert_int_equal(in_child(strip_strictly), 0);
        assert_int_equal(in_child(strip_loosely), 0);
        assert_int_equal(in_child(raise_and_lower), 0);
        assert_int_equal(in_child(drop_all), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names),
                cmocka_unit_test(no_names),
                cmocka_unit_test(what_is_left),
                cmocka_unit_test(bounding_set),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
