/* What every hook with a path begins with: translation, and the answers for the jail's ancestors.
 */
#ifndef SHIM_HOOKS_JAIL_PATH_H
#define SHIM_HOOKS_JAIL_PATH_H

#include "process.h"

/** jail_path() - the path to give to the kernel: @path, or a pointer into it. */
static inline const char *jail_path(const char *path)
{
        return process_is_jailed() || process_may_be_worker() ? process_path(path) : path;
}

/** jail_path_buffer() - jail_path() for a path that the callee writes to, such as a template. */
char *jail_path_buffer(char *path);

/**
 * ancestor_exists() - should the failed look at @path be answered as for a directory?
 *
 * True in a worker where the path is a proper ancestor of the jail and the jail has nothing of
 * that name: httpd's directory walk (ap_directory_walk(), server/request.c) and PHP's realpath
 * look at every ancestor and fail otherwise. @error is the errno of the failure.
 */
bool ancestor_exists(const char *path, int error);

/** ancestor_refuse() - after a failure: there is nothing to open in an ancestor, so EACCES. */
void ancestor_refuse(const char *path);

#endif
