/* Which inherited descriptors a worker may keep: those whose kind is known to lead nowhere else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/harmless.h"

#include "system/kernel.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

/* Of newer headers than some distributions have (linux/magic.h, fs/configfs). */
#define PIDFS 0x50494446
#define CONFIGFS 0x62656570
#define ANONYMOUS_INODES 0x09041934
#define FUSE_CONTROL 0x65735543
#define NFS_SERVER 0x6e667364
#define RESOURCE_CONTROL 0x07655821
#define APPARMOR 0x5a3c69f0
#define PERSISTENT_STORE 0x6165676c
#define RPC_PIPES 0x67596969
#define XEN 0xabba1974

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* File systems whose files are ways to ask the kernel for something, and hold no data. */
static const uint32_t commanding[] = {PROC_SUPER_MAGIC, NSFS_MAGIC, PIDFS, SYSFS_MAGIC,
        CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC,
        SELINUX_MAGIC, SMACK_MAGIC, EFIVARFS_MAGIC, BPF_FS_MAGIC, BINFMTFS_MAGIC, CONFIGFS,
        ANONYMOUS_INODES, FUSE_CONTROL, NFS_SERVER, RESOURCE_CONTROL, APPARMOR, PERSISTENT_STORE,
        RPC_PIPES, XEN};

/* Minor numbers of /dev/null, zero, full, random and urandom, all of one driver. */
#define MEMORY_DEVICES 1
static const unsigned memory_devices[] = {3, 5, 7, 8, 9};

static bool holds_data(int fd)
{
        int64_t type = kernel_file_system(fd);

        for (size_t i = 0; i < COUNT(commanding); i++)
                if (type == commanding[i])
                        return false;
        return type >= 0;
}

/* Only a terminal knows its settings. */
static bool is_harmless_device(int fd, uint64_t number)
{
        struct termios settings;

        if (major(number) != MEMORY_DEVICES)
                return kernel_call(SYS_ioctl, fd, TCGETS, (long)&settings, 0, 0) == 0;
        for (size_t i = 0; i < COUNT(memory_devices); i++)
                if (minor(number) == memory_devices[i])
                        return true;
        return false;
}

/* Of newer headers than some distributions have (linux/eventpoll.h, Linux 6.9). */
struct epoll_parameters {
        uint32_t busy_poll_microseconds;
        uint16_t busy_poll_budget;
        uint8_t prefer_busy_poll;
        uint8_t padding;
};

#define EPOLL_GET_PARAMETERS _IOR(0x8A, 0x02, struct epoll_parameters)

/*
 * Newer kernels tell the parameters of an epoll descriptor, and of no other. To older ones, one
 * says ENOENT when what it does not watch is to be removed; any other says that
 * it is none. Nothing is changed, and no event is lost.
 */
static bool is_epoll(int fd)
{
        struct epoll_parameters unused;
        CLOSED_AT_END int other = -1;

        if (kernel_call(SYS_ioctl, fd, EPOLL_GET_PARAMETERS, (long)&unused, 0, 0) == 0)
                return true;
        other = (int)kernel_call(SYS_eventfd2, 0, EFD_CLOEXEC, 0, 0, 0);
        return other >= 0 && kernel_call(SYS_epoll_ctl, fd, EPOLL_CTL_DEL, other, 0, 0) == -ENOENT;
}

/* What has no file at all is told by the name that /proc has for it. No jail is asked for that. */
static bool is_harmless_by_name(int fd, int list, const char *name)
{
        static const char *const known[] = {"anon_inode:[eventpoll]", "anon_inode:[eventfd]",
                "anon_inode:[timerfd]", "anon_inode:[signalfd]"};
        char text[64], path[DESCRIPTOR_PATH_SIZE];
        ssize_t length;

        if (list == NO_PROC)
                return false;
        length = kernel_readlinkat(
                list, name ? name : kernel_descriptor_path(fd, path), text, sizeof(text));
        for (size_t i = 0; i < COUNT(known); i++)
                if (length == (ssize_t)strlen(known[i]) &&
                        memcmp(text, known[i], (size_t)length) == 0)
                        return true;
        return false;
}

static bool is_harmless_kind(int fd, int list, const char *name)
{
        struct file_facts facts;

        /* What cannot be looked at may be anything: it is not harmless. */
        if (kernel_facts(fd, "", 0, &facts) < 0)
                return false;
        switch (facts.mode & S_IFMT) {
        case S_IFSOCK:
        case S_IFIFO:
                return true;
        case S_IFREG:
                return holds_data(fd);
        case S_IFCHR:
                return is_harmless_device(fd, facts.device_number);
        case 0:
                return is_epoll(fd) || is_harmless_by_name(fd, list, name);
        default:
                return false;
        }
}

bool is_harmless_of(int flags, int fd, int list, const char *name)
{
        return flags >= 0 && !(flags & O_PATH) && is_harmless_kind(fd, list, name);
}

bool is_harmless(int fd, int list, const char *name)
{
        return is_harmless_of(kernel_fcntl(fd, F_GETFL, 0), fd, list, name);
}
