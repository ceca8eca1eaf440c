/* What the kernel has on record of one process: its rights, its root, its namespaces. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PROCESS_RECORD_H
#define SHIM_COMMAND_PROCESS_RECORD_H

#include "system/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** enum seen - an answer that the kernel may keep from an ordinary user. */
enum seen { SEEN_NO, SEEN_YES, SEEN_UNKNOWN };

/** enum process_role - what a process is to its server; see command/survey/survey.h. */
enum process_role {
        /** It has workers, and serves nobody by itself. */
        PROCESS_MASTER,
        /** It serves, or has given up the master's user. A lone process that serves is one. */
        PROCESS_WORKER,
        /** A child so young that it may not have come to its jail: look again. */
        PROCESS_STARTING,
        /** Another program, started by a worker. */
        PROCESS_PROGRAM,
        /** Another program, started by the master: a logger. */
        PROCESS_HELPER,
        /** The shim's own, which brings what changes outside to workers (supply/refresher.h). */
        PROCESS_REFRESHER,
        /** The shim's own, which makes the jails of users ready, and keeps them so. */
        PROCESS_KEEPER,
};

/** enum process_isolation - what its root is confined by. */
enum process_isolation {
        PROCESS_NOT_ISOLATED,
        PROCESS_CHROOT,
        /** A mount namespace of the workers' own, and a chroot in it. */
        PROCESS_NAMESPACE,
        PROCESS_ISOLATION_UNKNOWN,
};

/** struct outside_descriptor - an open descriptor that leads out of its process's root; or its
 * working directory. */
#define OUTSIDE_WORKING_DIRECTORY -1
struct outside_descriptor {
        int number;
        char *target;
};

/**
 * struct process_record - one process.
 *
 * Numbers of other users' processes that the caller may not look at are 0, and strings NULL; what
 * follows from them is SEEN_UNKNOWN.
 *
 * @start:     clock ticks from the boot to its start: with the pid, it is this process for good.
 * @age:       seconds since then.
 * @quiet:     its end sends no SIGCHLD, as that of the shim's own children.
 * @name:      of 15 bytes at most, which a process may choose (proc_pid_comm(5)).
 * @program:   the path of what it executes, as the kernel has it, with " (deleted)" behind it.
 * @uid, @gid: real, effective, saved, and of the file system.
 * @effective … @ambient: its sets of capabilities(7), as masks.
 * @seccomp:   0, 1 (strict) or 2 (filter).
 * @stray:     the number of a thread whose root, @stray_path, is not the jail, where the others'
 * is; 0 for none.
 * @root_path: as the kernel has it; in a namespace of workers, as it is there.
 * @serves:    it holds a socket that listens, or a bound one of datagrams.
 * @sockets:   those, by their inodes, in their order.
 * @outside:   the working directory, and directories, O_PATH, namespaces and disks that are no
 * objects below its root; looked for if @outside_seen, which is so where its root is not the
 * caller's.
 * @shim:      is libchrootshim mapped? From this file, with " (deleted)" behind it.
 */
struct process_record {
        pid_t pid;
        pid_t parent;
        uint64_t start;
        double age;
        bool quiet;
        char *name;
        char *program;
        struct identity executable;
        uid_t uid[4];
        gid_t gid[4];
        gid_t *groups;
        size_t group_count;
        uint64_t effective, permitted, inheritable, bounding, ambient;
        bool no_new_privs;
        int seccomp;
        int threads;
        enum seen root_seen;
        struct identity root;
        char *root_path;
        pid_t stray;
        char *stray_path;
        ino_t mount_namespace, pid_namespace, network;
        enum seen serves;
        ino_t *sockets;
        size_t socket_count;
        bool outside_seen;
        struct outside_descriptor *outside;
        size_t outside_count;
        enum seen shim;
        char *shim_path;
        /* What command/survey/survey.c makes of it. */
        enum process_role role;
        enum process_isolation isolation;
        enum seen jailed;
};

struct listening;

/** process_open() - take hold of a process: a descriptor of its directory in /proc, through which
 * no other process is ever seen, even if it gets the same pid. Or a negative error number. */
int process_open(pid_t pid);

/** process_read_text() - one of its files; ends with a NUL. Return: from malloc(); NULL if it may
 * not be read, or the process is gone. *ret_length: of it; @ret_length may be NULL. */
char *process_read_text(int process, const char *name, size_t *ret_length);

/**
 * process_read_stat() - its pid, parent, start, age, name: what everybody may see.
 *
 * Return: 0; -ESRCH if it is gone, or waits for its parent to take leave of it.
 */
int process_read_stat(int process, struct process_record *ret_record);

/**
 * process_read() - all of it.
 * @listening: sockets that were looked up already, for the next process.
 *
 * What may change at the entry into a jail is read in such an order that a process with the rights
 * of a worker is seen with the root of one: first rights, then root.
 *
 * Return: 0, or -ESRCH.
 */
int process_read(int process, struct listening *listening, struct process_record *ret_record);

/** process_maps_shim() - is libchrootshim mapped in it? *ret_path: the file; from malloc(). */
enum seen process_maps_shim(int process, char **ret_path);

/** process_lies_below() - is the directory @fd that one, or below it? By "..", so by its mounts. */
bool process_lies_below(int fd, const struct identity *directory);

/** process_release() - free what @record holds. */
void process_release(struct process_record *record);

#endif
