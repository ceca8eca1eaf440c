/* Gives paths that come out of libc the outside view again, where the settings want it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_HOOKS_OUTSIDE_H
#define SHIM_HOOKS_OUTSIDE_H

#include "process/process.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/** outside_applies() - does this process show paths in the outside view? */
static inline bool outside_applies(void)
{
        return process_is_jailed() && this_process()->translation.count > 0 &&
               this_process()->plan.settings.view == VIEW_OUTSIDE;
}

/*
 * A path whose outside view would be longer than PATH_MAX keeps its inside view in all of these.
 */

/**
 * outside_named_directory() - the same as PWD has it, if that is right; see
 * get_current_dir_name(3). libc would compare PWD, an outside path, without translating it.
 */
bool outside_named_directory(char *ret_path);

/** outside_in_place() - turn a path that libc gave in PATH_MAX bytes to the configured view. */
void outside_in_place(char *path);

/** outside_allocated() - the same for one from malloc(), or NULL. Return: from malloc(). */
char *outside_allocated(char *path);

/** outside_link() - the text of a link to the jail's "/proc/self/cwd" or "root", as readlink(2). */
ssize_t outside_link(const char *path, char *text, ssize_t length, size_t size);

#endif
