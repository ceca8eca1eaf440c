/* Who could change what a jail is: OpenSSH's rules, and the directories that libc reads in it. */
#ifndef SHIM_SYSTEM_SAFETY_H
#define SHIM_SYSTEM_SAFETY_H

#include "system/kernel.h"

#include <limits.h>

/**
 * struct unsafe - the first directory that somebody else could change.
 *
 * @path:  of it, outside view; empty if it is too long.
 * @facts: of it; valid if @error is 0.
 * @error: negative error number, where it could not be looked at.
 */
struct unsafe {
        char path[PATH_MAX];
        struct file_facts facts;
        int error;
};

/*
 * A directory is safe if it belongs to root, or to the caller, and neither its group nor others
 * may write to it. Async-signal-safe.
 *
 * Both return true if all are safe; else @ret_unsafe tells the first one that is not.
 */

/** safety_of_way() - every directory on the way to @path, and it (ChrootDirectory, sshd_config(5)).
 */
bool safety_of_way(const char *path, struct unsafe *ret_unsafe);

/**
 * safety_of_contents() - the directories in the jail from which libraries, configuration and
 * devices are taken: /etc, /dev, /bin, /lib and the like, where they exist.
 */
bool safety_of_contents(const char *jail, struct unsafe *ret_unsafe);

#endif
