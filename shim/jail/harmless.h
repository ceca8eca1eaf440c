/* Which inherited descriptors a worker may keep: those whose kind is known to lead nowhere else. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_HARMLESS_H
#define SHIM_JAIL_HARMLESS_H

#include <fcntl.h>
#include <stdbool.h>

/** In place of a list: /proc is in reach by its path; there is none that can be relied upon. */
#define PROC_IN_REACH AT_FDCWD
#define NO_PROC (-1)

/**
 * is_harmless() - is this open descriptor of a kind that is known to be no way out?
 * @list: a descriptor of /proc/self/fd, PROC_IN_REACH or NO_PROC.
 * @name: the descriptor's name in that list; NULL without one.
 *
 * Known are: regular files on file systems that hold data; sockets, pipes and FIFOs; terminals, and
 * the devices null, zero, full, random and urandom; epoll, eventfd, timerfd and signalfd; memfd.
 * Whatever else there is or comes to be is not: directories, O_PATH, files of /proc and /sys,
 * namespaces, disks, fanotify, inotify, io_uring, pidfd, perf, bpf, userfaultfd, seccomp's
 * listeners. Without /proc, epoll is the only one of its like that can be told.
 *
 * Two system calls for a socket or a pipe, three for most others. Async-signal-safe.
 */
bool is_harmless(int fd, int list, const char *name);

/** is_harmless_of() - the same, where its @flags are known: F_GETFL's, or a negative error number.
 */
bool is_harmless_of(int flags, int fd, int list, const char *name);

#endif
