/* System calls made on the shim's own behalf: straight to the kernel, so never through a hook. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_KERNEL_H
#define SHIM_SYSTEM_KERNEL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/*
 * All of these are async-signal-safe, leave errno as it was, and return what the system call
 * returns or a negative error number (-ENOENT …).
 */

/** kernel_call() - any system call of up to five arguments, for the wrappers here and elsewhere. */
long kernel_call(long number, long a, long b, long c, long d, long e);

/** kernel_watch() - from now on, note at @place the number of each call before it is made. */
void kernel_watch(long *place);

int kernel_open(const char *path, int flags, mode_t mode);
int kernel_openat(int dirfd, const char *path, int flags, mode_t mode);
int kernel_close(int fd);
/** kernel_reopen() - open what @fd (O_PATH, too) holds anew, not by its name; needs /proc. */
int kernel_reopen(int fd, int flags);
ssize_t kernel_read(int fd, void *buffer, size_t size);
ssize_t kernel_write(int fd, const void *buffer, size_t size);
ssize_t kernel_readlink(const char *path, char *buffer, size_t size);
ssize_t kernel_readlinkat(int dirfd, const char *path, char *buffer, size_t size);
int kernel_fcntl(int fd, int command, long argument);
int kernel_chdir(const char *path);
int kernel_fchdir(int fd);
int kernel_chroot(const char *path);

/** kernel_read_at() - pread(2), on all machines alike, also from beyond 4 GiB; -EINVAL beyond what
 * a file can have. */
ssize_t kernel_read_at(int fd, uint64_t offset, void *buffer, size_t size);

ssize_t kernel_getcwd(char *buffer, size_t size);
int kernel_unshare(int flags);
int kernel_access(int dirfd, const char *path, int mode, int flags);

/**
 * kernel_file_user() - setfsuid(2): the user by whose rights files are opened; -1 changes nothing.
 *
 * Return: who it was before, whether it was changed or not; -1 if the call is refused.
 */
uid_t kernel_file_user(uid_t uid);

/** kernel_milliseconds() - of a clock that nobody sets (CLOCK_MONOTONIC). */
int64_t kernel_milliseconds(void);

/** kernel_milliseconds_of() - of @clock; 0 where it is not told. */
int64_t kernel_milliseconds_of(clockid_t clock);

/** kernel_seconds() - of that clock, also beyond 2038 on machines of 32 bits. */
int64_t kernel_seconds(clockid_t clock);

/** kernel_file_system() - the type of that of @fd (linux/magic.h). Of any size, also on machines of
 * 32 bits. */
int64_t kernel_file_system(int fd);

/** kernel_wait() - poll(2) for so many nanoseconds; without descriptors it only sleeps. */
int kernel_wait(struct pollfd *fds, unsigned count, int64_t nanoseconds);

/** WAIT_WITHOUT_END - in place of the nanoseconds. */
#define WAIT_WITHOUT_END INT64_C(-1)

/** kernel_poll() - kernel_wait() for no time. */
int kernel_poll(struct pollfd *fds, unsigned count);

/** kernel_select() - how many of the descriptors below @count in @set can be read, without waiting?
 */
int kernel_select(int count, unsigned long *set);
int kernel_socket_option(int fd, int option);
int kernel_connect_datagram(const char *path);

/** For CLOSED_AT_END. */
static inline void kernel_close_at_end(const int *fd)
{
        if (*fd >= 0)
                kernel_close(*fd);
}

/** CLOSED_AT_END - `CLOSED_AT_END int fd = …`: it is closed when its scope ends, if it is open. */
#define CLOSED_AT_END __attribute__((cleanup(kernel_close_at_end)))

/**
 * kernel_each_entry() - tell the names in the open directory @fd, "." and ".." left out.
 *
 * What @found returns below 0 ends it. Return: that; 0; or a negative error number.
 */
int kernel_each_entry(int fd, int (*found)(void *context, const char *name), void *context);

/**
 * struct identity - what makes a file the same file: a path may be given to another one.
 *
 * The time of birth tells a new directory from a removed one whose inode number it got;
 * it is 0 on file systems that do not record it.
 */
struct identity {
        uint64_t device;
        uint64_t inode;
        int64_t birth_seconds;
        uint32_t birth_nanoseconds;
};

/** struct file_facts - the part of statx(2) that the shim looks at. */
struct file_facts {
        struct identity identity;
        uint32_t mode;
        uint32_t links;
        uid_t owner;
        gid_t group;
        uint64_t size;
        /** Time of the last change of the content. */
        int64_t modified_seconds;
        uint32_t modified_nanoseconds;
        /** Time of the last change of anything, its name included: nobody can set it back. */
        int64_t changed_seconds;
        uint32_t changed_nanoseconds;
        /** What device a device file stands for. */
        uint64_t device_number;
        /** It is the root of what is mounted there. */
        bool mounted;
};

/** kernel_facts() - look at @path, or at @fd itself if @path is "". @flags as for statx(2). */
int kernel_facts(int fd, const char *path, int flags, struct file_facts *ret_facts);

/** identity_equal() - do both name the same file? */
bool identity_equal(const struct identity *a, const struct identity *b);

/** kernel_descriptor_path() - the path in /proc by which the kernel follows @fd itself.
 * @buffer: of at least DESCRIPTOR_PATH_SIZE bytes. Return: it. */
const char *kernel_descriptor_path(int fd, char *buffer);

#define DESCRIPTOR_PATH_SIZE 40

#endif
