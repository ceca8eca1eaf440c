/* System calls that build a mount namespace, as system/kernel.h has those of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_KERNEL_MOUNTS_H
#define SHIM_SYSTEM_KERNEL_MOUNTS_H

#include <stdint.h>

/*
 * All of these are async-signal-safe, leave errno as it was, and return what the system call
 * returns or a negative error number. Descriptors are closed by exec.
 */

/** kernel_mount_propagation() - mount(2) of MS_SLAVE, MS_PRIVATE …, for "/" and all below. */
int kernel_mount_propagation(unsigned long flags);

/** kernel_clone_tree() - a detached copy of what is mounted at @path, and below it. */
int kernel_clone_tree(int dirfd, const char *path);

/**
 * kernel_set_tree() - set attributes (MOUNT_ATTR_*) of the mount @fd.
 * @propagation: MS_PRIVATE …, or 0 to leave it.
 * @recursive:   of all mounts below it, too.
 */
int kernel_set_tree(int fd, uint64_t attributes, uint64_t propagation, int recursive);

/** kernel_attach() - put the detached mount @fd onto what @target (O_PATH) is. */
int kernel_attach(int fd, int target);

/**
 * kernel_attach_beneath() - put it between the mount whose root @target is, and what that is
 * mounted on: it is seen once that one is gone. Linux 6.5; -EINVAL before.
 */
int kernel_attach_beneath(int fd, int target);

/**
 * kernel_detach() - take away the mount that @fd is in, and all that is mounted in it, whatever
 * path leads to it by now; who has files of it open keeps them.
 * @descriptors: of this process's own /proc/self/fd, which becomes the working directory.
 */
int kernel_detach(int descriptors, int fd);

/**
 * kernel_mount_of() - the number of the mount that @fd is in, as in proc_pid_mountinfo(5).
 *
 * The number of one that is gone may be given to another. Return: 1 if @fd is its root; or 0.
 */
int kernel_mount_of(int fd, uint64_t *ret_number);

/**
 * kernel_make_tmpfs() - a detached, empty tmpfs, without devices and set-id bits.
 * @size:       its limit, as in tmpfs(5).
 * @attributes: more of MOUNT_ATTR_*.
 *
 * Return: a descriptor of its root.
 */
int kernel_make_tmpfs(const char *size, uint64_t attributes);

/** kernel_pivot_here() - make the working directory the namespace's root; drop the old one. */
int kernel_pivot_here(void);

int kernel_setns(int fd, int type);

#endif
