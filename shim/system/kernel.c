/* System calls made on the shim's own behalf: straight to the kernel, so never through a hook. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/kernel.h"

#include "system/call_numbers.h"
#include "system/text.h"
#include "system/written_at_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* Where the number of the next call is noted; NULL in all processes but a throw-away child. It is
 * the first of its kind that is linked, so with it begins their page. */
static WRITTEN_AT_ENTRY __attribute__((aligned(4096))) volatile long *watcher;

void kernel_watch(long *place)
{
        watcher = place;
}

static long call(long number, long a, long b, long c, long d, long e, long f)
{
        int saved = errno;
        long result;

        if (watcher)
                *watcher = number;
        result = syscall(number, a, b, c, d, e, f);
        /* Only then has errno changed; and to write it is a page fault, next after a fork. */
        if (result < 0) {
                result = -errno;
                errno = saved;
        }
        return result;
}

long kernel_call(long number, long a, long b, long c, long d, long e)
{
        return call(number, a, b, c, d, e, 0);
}

int kernel_open(const char *path, int flags, mode_t mode)
{
        return kernel_openat(AT_FDCWD, path, flags, mode);
}

int kernel_openat(int dirfd, const char *path, int flags, mode_t mode)
{
        /* As libc's own open64(): without it, machines of 32 bits refuse files of 2 GiB. */
        return (int)kernel_call(SYS_openat, dirfd, (long)path, flags | O_LARGEFILE, (long)mode, 0);
}

const char *kernel_descriptor_path(int fd, char *buffer)
{
        struct text path = text_in(buffer, DESCRIPTOR_PATH_SIZE);

        text_add(&path, "/proc/self/fd/");
        text_add_number(&path, fd, 1);
        return buffer;
}

int kernel_reopen(int fd, int flags)
{
        char path[DESCRIPTOR_PATH_SIZE];

        return kernel_open(kernel_descriptor_path(fd, path), flags, 0);
}

int kernel_close(int fd)
{
        return (int)kernel_call(SYS_close, fd, 0, 0, 0, 0);
}

ssize_t kernel_read(int fd, void *buffer, size_t size)
{
        return kernel_call(SYS_read, fd, (long)buffer, (long)size, 0, 0);
}

ssize_t kernel_write(int fd, const void *buffer, size_t size)
{
        return kernel_call(SYS_write, fd, (long)buffer, (long)size, 0, 0);
}

ssize_t kernel_readlink(const char *path, char *buffer, size_t size)
{
        return kernel_readlinkat(AT_FDCWD, path, buffer, size);
}

/* pread64() itself takes its offset in registers that differ from one machine of 32 bits to the
 * next; preadv() has two halves of it on each. The upper one is nothing to machines of 64 bits. */
ssize_t kernel_read_at(int fd, uint64_t offset, void *buffer, size_t size)
{
        struct iovec part = {buffer, size};

        if (offset > INT64_MAX)
                return -EINVAL;
        return kernel_call(SYS_preadv, fd, (long)&part, 1, (long)offset, (long)(offset >> 32));
}

ssize_t kernel_readlinkat(int dirfd, const char *path, char *buffer, size_t size)
{
        return kernel_call(SYS_readlinkat, dirfd, (long)path, (long)buffer, (long)size, 0);
}

int kernel_fcntl(int fd, int command, long argument)
{
        return (int)kernel_call(SYS_fcntl, fd, command, argument, 0, 0);
}

int kernel_chdir(const char *path)
{
        return (int)kernel_call(SYS_chdir, (long)path, 0, 0, 0, 0);
}

int kernel_fchdir(int fd)
{
        return (int)kernel_call(SYS_fchdir, fd, 0, 0, 0, 0);
}

int kernel_chroot(const char *path)
{
        return (int)kernel_call(SYS_chroot, (long)path, 0, 0, 0, 0);
}

ssize_t kernel_getcwd(char *buffer, size_t size)
{
        return kernel_call(SYS_getcwd, (long)buffer, (long)size, 0, 0, 0);
}

int kernel_unshare(int flags)
{
        return (int)kernel_call(SYS_unshare, flags, 0, 0, 0, 0);
}

int kernel_access(int dirfd, const char *path, int mode, int flags)
{
        return (int)kernel_call(SYS_faccessat2, dirfd, (long)path, mode, flags, 0);
}

uid_t kernel_file_user(uid_t uid)
{
        return (uid_t)kernel_call(CALL_SETFSUID, uid, 0, 0, 0, 0);
}

int kernel_select(int count, unsigned long *set)
{
        struct timespec none = {0, 0};

        return (int)call(SYS_pselect6, count, (long)set, 0, 0, (long)&none, 0);
}

/* The value of an integer option of level SOL_SOCKET. */
int kernel_socket_option(int fd, int option)
{
        int value = 0;
        socklen_t size = sizeof(value);
        long error = kernel_call(SYS_getsockopt, fd, SOL_SOCKET, option, (long)&value, (long)&size);

        return error < 0 ? (int)error : value;
}

/* A datagram socket connected to the Unix socket at @path, closed by exec. */
int kernel_connect_datagram(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd, error;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path) + 1);
        fd = (int)kernel_call(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0, 0);
        if (fd < 0)
                return fd;
        error = (int)kernel_call(SYS_connect, fd, (long)&address, sizeof(address), 0, 0);
        if (error < 0) {
                kernel_close(fd);
                return error;
        }
        return fd;
}

/* What getdents64(2) gives. */
struct directory_entry {
        uint64_t inode;
        int64_t offset;
        unsigned short length;
        unsigned char type;
        char name[];
};

static bool is_dot(const char *name)
{
        return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int kernel_each_entry(int fd, int (*found)(void *context, const char *name), void *context)
{
        union {
                char bytes[4096];
                struct directory_entry first;
        } buffer;
        int error = 0;
        long length = 0;

        while (error >= 0 &&
                (length = kernel_call(SYS_getdents64, fd, (long)&buffer, sizeof(buffer), 0, 0)) > 0)
                for (long at = 0; error >= 0 && at < length;) {
                        struct directory_entry *entry = (void *)(buffer.bytes + at);

                        at += entry->length;
                        if (!is_dot(entry->name))
                                error = found(context, entry->name);
                }
        return error < 0 ? error : (int)length;
}

int kernel_facts(int fd, const char *path, int flags, struct file_facts *ret_facts)
{
        struct statx facts;
        long error = kernel_call(SYS_statx, fd, (long)path, flags | (path[0] ? 0 : AT_EMPTY_PATH),
                STATX_BASIC_STATS | STATX_BTIME, (long)&facts);

        if (error < 0)
                return (int)error;
        *ret_facts = (struct file_facts){
                .identity = {.device = makedev(facts.stx_dev_major, facts.stx_dev_minor),
                        .inode = facts.stx_ino,
                        .birth_seconds = facts.stx_btime.tv_sec,
                        .birth_nanoseconds = facts.stx_btime.tv_nsec},
                .mode = facts.stx_mode,
                .links = facts.stx_nlink,
                .owner = facts.stx_uid,
                .group = facts.stx_gid,
                .size = facts.stx_size,
                .modified_seconds = facts.stx_mtime.tv_sec,
                .modified_nanoseconds = facts.stx_mtime.tv_nsec,
                .changed_seconds = facts.stx_ctime.tv_sec,
                .changed_nanoseconds = facts.stx_ctime.tv_nsec,
                .device_number = makedev(facts.stx_rdev_major, facts.stx_rdev_minor),
                .mounted = facts.stx_attributes & STATX_ATTR_MOUNT_ROOT,
        };
        return 0;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
        return a->device == b->device && a->inode == b->inode &&
               a->birth_seconds == b->birth_seconds && a->birth_nanoseconds == b->birth_nanoseconds;
}

int64_t kernel_file_system(int fd)
{
        struct statfs64 facts;
#ifdef SYS_fstatfs64
        long error = kernel_call(SYS_fstatfs64, fd, sizeof(facts), (long)&facts, 0, 0);
#else
        long error = kernel_call(SYS_fstatfs, fd, (long)&facts, 0, 0, 0);
#endif

        return error < 0 ? error : (int64_t)(uint32_t)facts.f_type;
}
