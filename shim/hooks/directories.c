/* Hooks that open, change, make and remove directories, and that tell the working directory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

INTERPOSE_UNUSUAL(DIR *, opendir, (const char *path), jail_path_is_usual(&path), (path))
{
        return jail_refuses(&path) ? NULL : real(opendir)(path);
}

INTERPOSE_UNUSUAL(int, scandir,
        (const char *path, struct dirent ***ret_entries, int (*select)(const struct dirent *),
                int (*compare)(const struct dirent **, const struct dirent **)),
        jail_path_is_usual(&path), (path, ret_entries, select, compare))
{
        return jail_refuses(&path) ? -1 : real(scandir)(path, ret_entries, select, compare);
}

INTERPOSE_UNUSUAL(int, scandir64,
        (const char *path, struct dirent64 ***ret_entries, int (*select)(const struct dirent64 *),
                int (*compare)(const struct dirent64 **, const struct dirent64 **)),
        jail_path_is_usual(&path), (path, ret_entries, select, compare))
{
        return jail_refuses(&path) ? -1 : real(scandir64)(path, ret_entries, select, compare);
}

INTERPOSE_UNUSUAL(int, scandirat,
        (int dirfd, const char *path, struct dirent ***ret_entries,
                int (*select)(const struct dirent *),
                int (*compare)(const struct dirent **, const struct dirent **)),
        jail_path_is_usual(&path), (dirfd, path, ret_entries, select, compare))
{
        return jail_refuses(&path) ? -1
                                   : real(scandirat)(dirfd, path, ret_entries, select, compare);
}

INTERPOSE_UNUSUAL(int, scandirat64,
        (int dirfd, const char *path, struct dirent64 ***ret_entries,
                int (*select)(const struct dirent64 *),
                int (*compare)(const struct dirent64 **, const struct dirent64 **)),
        jail_path_is_usual(&path), (dirfd, path, ret_entries, select, compare))
{
        return jail_refuses(&path) ? -1
                                   : real(scandirat64)(dirfd, path, ret_entries, select, compare);
}

/*
 * A piped logger's process is sent to "/" before its exec, so this alone makes no worker. Usual is
 * the jail itself as well, as getcwd() names it: scripts go back to where they were started.
 */
INTERPOSE_UNUSUAL(int, chdir, (const char *path), process_directory_is_usual(&path), (path))
{
        if (process_changes_directory(path))
                return 0;
        return process_is_jailed() && jail_refuses(&path) ? -1 : real(chdir)(path);
}

INTERPOSE_UNUSUAL(
        int, mkdir, (const char *path, mode_t mode), jail_path_is_usual(&path), (path, mode))
{
        return jail_refuses(&path) ? -1 : real(mkdir)(path, mode);
}

INTERPOSE_UNUSUAL(int, mkdirat, (int dirfd, const char *path, mode_t mode),
        jail_path_is_usual(&path), (dirfd, path, mode))
{
        return jail_refuses(&path) ? -1 : real(mkdirat)(dirfd, path, mode);
}

INTERPOSE_UNUSUAL(int, rmdir, (const char *path), jail_path_is_usual(&path), (path))
{
        return jail_refuses(&path) ? -1 : real(rmdir)(path);
}

INTERPOSE(int, chroot, (const char *path))
{
        int result;

        if (process_chroots(path))
                return 0;
        result = real(chroot)(jail_path(path));
        if (result < 0)
                process_tell_chroot(path);
        return result;
}

/* getcwd(3) with its sizes and errors: @path in the caller's buffer, or in memory from malloc(). */
static char *give(const char *path, char *buffer, size_t size)
{
        size_t length = strlen(path);

        if (buffer && size == 0) {
                errno = EINVAL;
                return NULL;
        }
        if (size != 0 && size <= length) {
                errno = ERANGE;
                return NULL;
        }
        if (!buffer)
                buffer = malloc(size ? size : length + 1);
        return buffer ? memcpy(buffer, path, length + 1) : NULL;
}

typedef char *getcwd_type(char *buffer, size_t size);

#define real_getcwd ((getcwd_type *)real_function(SYMBOL_getcwd))

/*
 * The working directory in the outside view. libc writes it behind the place of the jail's path, so
 * that nothing is moved; with PATH_MAX bytes, nothing that has an outside view is too long.
 *
 * Return: false if libc has to be asked: in another view, out of reach, or too long. Then @ret_path
 * is not to be used.
 */
static inline __attribute__((always_inline)) bool outside_working_directory(
        char *ret_path, size_t size)
{
        const struct process *process = this_process();
        const struct path_prefix *jail = &process->translation.item[0];
        const size_t room = size < PATH_MAX ? size : PATH_MAX;
        char *inside = ret_path + jail->length;
        int saved = errno;

        if (!outside_applies() || room <= jail->length)
                return false;
        if (!real_getcwd(inside, room - jail->length)) {
                errno = saved;
                return false;
        }
        if (process->plan.exposures.count > 0 &&
                exposures_share(&process->plan.exposures, inside)) {
                memmove(ret_path, inside, strlen(inside) + 1);
                return true;
        }
        memcpy(ret_path, jail->text, jail->length);
        if (inside[1] == '\0')
                inside[0] = '\0';
        return true;
}

/* Apart from the hook, which then needs no page of stack. */
static __attribute__((noinline)) char *give_outside(char *buffer, size_t size)
{
        char path[PATH_MAX];

        if (!outside_working_directory(path, sizeof(path)))
                return real_getcwd(buffer, size);
        return give(path, buffer, size);
}

INTERPOSE(char *, getcwd, (char *buffer, size_t size))
{
        if (buffer && outside_working_directory(buffer, size))
                return buffer;
        return give_outside(buffer, size);
}

INTERPOSE(char *, __getcwd_chk, (char *buffer, size_t size, size_t buffer_size))
{
        /* libc ends the process where the buffer is too small; let it. */
        return size > buffer_size ? real(__getcwd_chk)(buffer, size, buffer_size)
                                  : hook_getcwd(buffer, size);
}

INTERPOSE(char *, get_current_dir_name, (void))
{
        char path[PATH_MAX];

        if (!process_is_jailed())
                return real(get_current_dir_name)();
        if (outside_named_directory(path) || outside_working_directory(path, sizeof(path)))
                return strdup(path);
        return real(getcwd)(NULL, 0);
}

INTERPOSE(char *, getwd, (char *buffer))
{
        char path[PATH_MAX];

        if (!buffer || !outside_working_directory(path, sizeof(path)))
                return real(getwd)(buffer);
        return strcpy(buffer, path);
}

INTERPOSE(char *, __getwd_chk, (char *buffer, size_t size))
{
        /* libc ends the process where the buffer is too small; let it. */
        return size < PATH_MAX ? real(__getwd_chk)(buffer, size) : hook_getwd(buffer);
}
