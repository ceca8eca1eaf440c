/* Gives paths that come out of libc the outside view again, where the settings want it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_HOOKS_OUTSIDE_H
#define SHIM_HOOKS_OUTSIDE_H

#include "process/process.h"
#include "system/kernel.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
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
 * outside_working_directory() - the working directory in the outside view.
 * @ret_path: the kernel writes behind the place of the jail's path, so that nothing is moved.
 * @size:     of it; with PATH_MAX bytes, nothing that has an outside view is too long.
 *
 * Return: false if libc has to be asked: in another view, out of reach, or too long. Then
 * @ret_path is not to be used.
 */
static inline __attribute__((always_inline)) bool outside_working_directory(
        char *ret_path, size_t size)
{
        const struct process *process = this_process();
        const struct path_prefix *jail = &process->translation.item[0];
        const size_t room = size < PATH_MAX ? size : PATH_MAX;
        char *inside = ret_path + jail->length;
        ssize_t length;

        if (!outside_applies() || room <= jail->length)
                return false;
        length = kernel_getcwd(inside, room - jail->length);
        /* The kernel names a directory out of reach "(unreachable)/…". */
        if (length < 0 || inside[0] != '/')
                return false;
        if (process->plan.exposures.count > 0 &&
                exposures_share(&process->plan.exposures, inside)) {
                memmove(ret_path, inside, (size_t)length);
                return true;
        }
        memcpy(ret_path, jail->text, jail->length);
        if (length == sizeof("/"))
                inside[0] = '\0';
        return true;
}

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
