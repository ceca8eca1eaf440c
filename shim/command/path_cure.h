/* From a path that workers lack to the line that brings it: a service, else an exposed path. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PATH_CURE_H
#define SHIM_COMMAND_PATH_CURE_H

#include "command/finding.h"
#include "supply/plan.h"

/** enum path_use - what workers want to do with it. */
enum path_use {
        PATH_USE_READ,
        /** Write to it, or make files in it. */
        PATH_USE_WRITE,
};

/**
 * path_cure() - the line that brings @path into the jail.
 * @plan: that was made by plan_check(). Its file of definitions may be read for this.
 * @path: outside, where it is there; not below the jail, and not brought yet.
 * @use:  what is to be done with it.
 *
 * A service is chosen that names the path itself, or the nearest directory above it; of several,
 * the one that names it first. A whole /usr is never proposed. Else it is `expose`, with the option
 * that the kind of file needs; for a socket its directory, which stays when the daemon is
 * restarted; for a module of iconv() `charsets`. What cannot be had under chroot leads to
 * `isolation`. A path with a comma, which no setting can name, is for chrootshim populate.
 *
 * Whether the worker may read it there is for the caller to say: see access(2).
 *
 * Return: true; false where no line would help: it is absent outside, lies below the jail, or in
 * /proc or /sys, which lead out of a jail.
 */
bool path_cure(struct plan *plan, const char *path, enum path_use use, struct cure *ret_cure);

/**
 * path_service() - the service that brings @path, so that it can be used so; as path_cure() chooses
 * it.
 *
 * Return: its name, which lives as long as the plan; NULL if none does.
 */
const char *path_service(struct plan *plan, const char *path, enum path_use use);

#endif
