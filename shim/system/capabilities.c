/* The capabilities that break a jail: their names, and how a process loses them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/capabilities.h"

#include "system/kernel.h"

#include <errno.h>
#include <linux/capability.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* In the order of their numbers, linux/capability.h. */
static const char *const names[] = {"chown", "dac_override", "dac_read_search", "fowner", "fsetid",
        "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service",
        "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio",
        "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write",
        "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm",
        "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore"};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/*
 * With each of them root leaves a chroot(2), reads what lies outside, or rules the machine: a
 * second chroot, mounts and namespaces, another process's memory, device files, file handles
 * (open_by_handle_at(2)), modules, ports, the kernel's own programs, tracing and log, the clock,
 * the network's configuration, the security module, auditing, and files with capabilities.
 */
static const uint64_t breaking =
        1ULL << CAP_SYS_CHROOT | 1ULL << CAP_SYS_ADMIN | 1ULL << CAP_SYS_PTRACE |
        1ULL << CAP_MKNOD | 1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_SYS_MODULE |
        1ULL << CAP_SYS_RAWIO | 1ULL << CAP_SYS_BOOT | 1ULL << CAP_SYS_TIME |
        1ULL << CAP_SYS_PACCT | 1ULL << CAP_SYS_TTY_CONFIG | 1ULL << CAP_NET_ADMIN |
        1ULL << CAP_SYSLOG | 1ULL << CAP_MAC_ADMIN | 1ULL << CAP_MAC_OVERRIDE |
        1ULL << CAP_AUDIT_CONTROL | 1ULL << CAP_AUDIT_READ | 1ULL << CAP_LINUX_IMMUTABLE |
        1ULL << CAP_SETFCAP | 1ULL << CAP_PERFMON | 1ULL << CAP_BPF |
        1ULL << CAP_CHECKPOINT_RESTORE;

int capability_named(const char *name)
{
        if (strncasecmp(name, "cap_", 4) == 0)
                name += 4;
        for (unsigned i = 0; i < NAME_COUNT; i++)
                if (strcasecmp(names[i], name) == 0)
                        return (int)i;
        return -1;
}

const char *capability_name(unsigned number)
{
        return number < NAME_COUNT ? names[number] : NULL;
}

uint64_t capabilities_breaking(void)
{
        return breaking;
}

/* The kernel's sets, in two halves of 32 bits. */
struct sets {
        struct __user_cap_header_struct header;
        struct __user_cap_data_struct half[_LINUX_CAPABILITY_U32S_3];
};

static int get(struct sets *ret_sets)
{
        *ret_sets = (struct sets){.header = {.version = _LINUX_CAPABILITY_VERSION_3}};
        return (int)kernel_call(SYS_capget, (long)&ret_sets->header, (long)ret_sets->half, 0, 0, 0);
}

static int set(struct sets *sets)
{
        return (int)kernel_call(SYS_capset, (long)&sets->header, (long)sets->half, 0, 0, 0);
}

static uint64_t effective(const struct sets *sets)
{
        return sets->half[0].effective | (uint64_t)sets->half[1].effective << 32;
}

/* Keep only those of @mask. The ambient set follows the permitted and the inheritable one. */
static int limit(uint64_t mask)
{
        struct sets sets;
        int error = get(&sets);

        if (error < 0)
                return error;
        for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
                uint32_t half = (uint32_t)(mask >> (32 * i));

                sets.half[i].effective &= half;
                sets.half[i].permitted &= half;
                sets.half[i].inheritable &= half;
        }
        return set(&sets);
}

int capabilities_raise(uint64_t *ret_held)
{
        struct sets sets;
        int error = get(&sets);

        if (error < 0)
                return error;
        *ret_held = effective(&sets);
        for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
                sets.half[i].effective = sets.half[i].permitted;
        return effective(&sets) != *ret_held ? set(&sets) : 0;
}

int capabilities_lower(uint64_t mask)
{
        struct sets sets;
        int error = get(&sets);

        if (error < 0 || !(effective(&sets) & ~mask))
                return error;
        for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
                sets.half[i].effective &= (uint32_t)(mask >> (32 * i));
        return set(&sets);
}

uint64_t capabilities_permitted(void)
{
        struct sets sets;

        if (get(&sets) < 0)
                return 0;
        return sets.half[0].permitted | (uint64_t)sets.half[1].permitted << 32;
}

uint64_t capabilities_held(void)
{
        struct sets sets;

        if (get(&sets) < 0)
                return 0;
        return effective(&sets);
}

/* What the bounding set lacked when it was looked at. */
static uint64_t lacking;

/* What cannot be asked for may be there. */
static bool is_bounding(unsigned number)
{
        return kernel_call(SYS_prctl, PR_CAPBSET_READ, number, 0, 0, 0) != 0;
}

void capabilities_note_bounding(void)
{
        uint64_t found = 0;

        for (unsigned i = 0; i < NAME_COUNT; i++)
                if ((breaking & 1ULL << i) && !is_bounding(i))
                        found |= 1ULL << i;
        lacking = found;
}

static int strip_bounding(uint64_t mask, bool loose)
{
        for (unsigned i = 0; i < NAME_COUNT; i++) {
                long error;

                if (!(mask & 1ULL << i) || ((lacking & 1ULL << i) && !is_bounding(i)))
                        continue;
                error = kernel_call(SYS_prctl, PR_CAPBSET_DROP, i, 0, 0, 0);
                /* EINVAL: the kernel does not know this one yet. */
                if (error < 0 && error != -EINVAL && !(error == -EPERM && loose))
                        return (int)error;
        }
        return 0;
}

int capabilities_strip(uint64_t keep, bool loose)
{
        int error = strip_bounding(breaking & ~keep, loose);

        if (error == 0)
                error = limit(~(breaking & ~keep));
        /* What httpd's mod_unixd and nginx keep over setuid() is for binding and networking. */
        if (error == 0 && (keep & 1ULL << CAP_SYS_CHROOT))
                error = (int)kernel_call(SYS_prctl, PR_SET_KEEPCAPS, 0, 0, 0, 0);
        return error;
}

int capabilities_drop_all(void)
{
        return limit(0);
}
