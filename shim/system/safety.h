/* Who could change what a path leads to: OpenSSH's rules, and the directories that libc reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_SAFETY_H
#define SHIM_SYSTEM_SAFETY_H

#include "system/failure.h"
#include "system/kernel.h"

/*
 * A directory is safe if it belongs to root, or to the caller, and neither its group nor others
 * may write to it. Async-signal-safe.
 *
 * Each returns 0 if all are safe; else a negative error number, with the first one that is not, or
 * that could not be looked at, in @ret_failure.
 */

/** safety_of_way() - every directory on the way to @path, and it (ChrootDirectory, sshd_config(5)).
 */
int safety_of_way(const char *path, struct failure *ret_failure);

/**
 * safety_of_contents() - the directories in the jail from which libraries, configuration and
 * devices are taken: /etc, /dev, /bin, /lib and the like, where they exist, and those from which
 * this machine's libc was loaded. Where a link is among them, so are those that it leads through.
 *
 * The first call asks the loader: it must come before any fork.
 */
int safety_of_contents(const char *jail, struct failure *ret_failure);

/**
 * struct safety_observer - who is told of what is looked at below a jail, and found there: a
 * descriptor of it (O_PATH), its path without any link, and what was judged.
 */
struct safety_observer {
        void (*seen)(void *context, int fd, const char *path, const struct file_facts *facts);
        void *context;
};

/** safety_of_contents_seen() - the same; @observer is told of the jail, of each name, and of each
 * step of the links among them. */
int safety_of_contents_seen(
        const char *jail, const struct safety_observer *observer, struct failure *ret_failure);

/** safety_judge() - the same of the file or directory @path, with these @facts, alone. */
int safety_judge(const char *path, const struct file_facts *facts, struct failure *ret_failure);

/** fail_to_look() - say that @path, which root is to own, could not be looked at. Return: @error.
 */
int fail_to_look(struct failure *ret_failure, int error, const char *path);

#endif
