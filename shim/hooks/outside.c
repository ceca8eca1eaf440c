/* Gives paths that come out of libc the outside view again, where the settings want it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/outside.h"

#include "process/process.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The real path is the spelling that the kernel would give outside. */
static void turn_outside(char *path, size_t size)
{
        const struct process *process = this_process();

        if (!exposures_share(&process->plan.exposures, path))
                path_outside(&process->translation.item[0], path, size);
}

bool outside_named_directory(char *ret_path)
{
        const char *named = path_inside(&this_process()->translation, getenv("PWD"));
        struct file_facts facts, current;

        if (!named || named[0] != '/' || strlen(named) >= PATH_MAX ||
                kernel_facts(AT_FDCWD, named, 0, &facts) < 0 ||
                kernel_facts(AT_FDCWD, ".", 0, &current) < 0 ||
                !identity_equal(&facts.identity, &current.identity))
                return false;
        strcpy(ret_path, named);
        if (outside_applies())
                turn_outside(ret_path, PATH_MAX);
        return true;
}

void outside_in_place(char *path)
{
        if (outside_applies())
                turn_outside(path, PATH_MAX);
}

char *outside_allocated(char *path)
{
        char outside[PATH_MAX];

        if (!path || path[0] != '/' || !outside_applies() || strlen(path) >= sizeof(outside))
                return path;
        strcpy(outside, path);
        turn_outside(outside, sizeof(outside));
        free(path);
        return strdup(outside);
}

static bool names_own_directory(const char *path)
{
        return strcmp(path, "/proc/self/cwd") == 0 || strcmp(path, "/proc/self/root") == 0;
}

ssize_t outside_link(const char *path, char *text, ssize_t length, size_t size)
{
        char whole[PATH_MAX];
        ssize_t full;

        if (length < 0 || !outside_applies() || !names_own_directory(path))
                return length;
        full = kernel_readlink(path, whole, sizeof(whole) - 1);
        if (full < 0 || whole[0] != '/')
                return length;
        whole[full] = '\0';
        turn_outside(whole, sizeof(whole));
        length = (ssize_t)strlen(whole);
        if ((size_t)length > size)
                length = (ssize_t)size;
        memcpy(text, whole, (size_t)length);
        return length;
}
