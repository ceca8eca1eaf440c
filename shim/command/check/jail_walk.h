/* Walks through the files of a jail, as root sees them from outside: bounded, and nowhere else. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_JAIL_WALK_H
#define SHIM_COMMAND_JAIL_WALK_H

#include "system/kernel.h"

/** How many directories deep a walk goes. */
#define JAIL_WALK_DEPTH 48

/**
 * struct jail_entry - a file that a walk has come to.
 *
 * @path:      in the inside view: "/htdocs/a"; valid during the call.
 * @directory: descriptor of the directory that it is in, and @name its name there.
 * @link:      the text of a symbolic link, which was not followed; else NULL.
 */
struct jail_entry {
        const char *path;
        int directory;
        const char *name;
        struct file_facts facts;
        const char *link;
};

/** enum jail_walk_way - how a walk goes on. */
enum jail_walk_way { JAIL_WALK_ON, JAIL_WALK_LEAVE_OUT };

/**
 * jail_walk() - tell each file below the directory @fd, directories before what is in them.
 * @limit: of files; the walk ends there.
 * @found: what it returns for a directory tells whether to go into it.
 *
 * No link is followed, nothing is opened but directories, and none on another file system or with
 * anything mounted on it: those who can write in the jail cannot lead a walk out of it. What goes
 * while it is looked at is passed over.
 *
 * Return: how many files were told; @limit if there may be more.
 */
size_t jail_walk(int fd, size_t limit,
        enum jail_walk_way (*found)(void *context, const struct jail_entry *entry), void *context);

#endif
