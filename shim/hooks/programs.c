/* Hooks that start programs and load libraries. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/programs.h"
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

typedef int exec_type(const char *path, char *const argv[], char *const environment[]);
typedef int spawn_type(pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions,
        const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]);

/* The process wanted to be that program, and cannot go on as itself. */
static void end_if_refused(const char *path)
{
        if (programs_refuse(path, false))
                _exit(this_process()->plan.settings.fatal_status);
}

static int run(exec_type *function, const char *path, char *const argv[], char *const environment[])
{
        struct environment_edit edit;

        if (process_refuses_command(path, argv))
                _exit(CHROOTSHIM_EXIT_CONFIG);
        end_if_refused(path);
        if (!programs_edit(path, &edit))
                return function(process_inside(path), argv, environment);

        /* On the stack: a vfork() child would leave anything else in its parent. */
        char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

        return function(process_inside(path), argv, environment_make(&edit, environment, memory));
}

static int spawn(spawn_type *function, pid_t *ret_pid, const char *path,
        const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
        char *const argv[], char *const environment[])
{
        struct environment_edit edit;

        if (process_refuses_command(path, argv) || programs_refuse(path, true))
                return EPERM;
        if (!programs_edit(path, &edit))
                return function(
                        ret_pid, process_inside(path), actions, attributes, argv, environment);

        char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

        return function(ret_pid, process_inside(path), actions, attributes, argv,
                environment_make(&edit, environment, memory));
}

INTERPOSE(int, execve, (const char *path, char *const argv[], char *const environment[]))
{
        return run(real(execve), path, argv, environment);
}

INTERPOSE(int, execv, (const char *path, char *const argv[]))
{
        return run(real(execve), path, argv, environ);
}

INTERPOSE(int, execvpe, (const char *file, char *const argv[], char *const environment[]))
{
        return run(real(execvpe), file, argv, environment);
}

INTERPOSE(int, execvp, (const char *file, char *const argv[]))
{
        return run(real(execvpe), file, argv, environ);
}

/* The number of arguments from @first up to the closing NULL, which is left out. */
static size_t argument_count(const char *first, va_list *arguments)
{
        va_list copy;
        size_t count = 0;

        va_copy(copy, *arguments);
        for (const char *argument = first; argument; argument = va_arg(copy, const char *))
                count++;
        va_end(copy);
        return count;
}

/*
 * run() with the list of arguments that begins with @first, for all of execl(3)'s family; behind
 * its closing NULL, execle() has the environment.
 */
static int run_list(exec_type *function, const char *path, const char *first, va_list *arguments,
        bool with_environment)
{
        size_t count = argument_count(first, arguments);
        char *argv[count + 1];

        argv[0] = (char *)(uintptr_t)first;
        for (size_t i = 1; i <= count; i++)
                argv[i] = va_arg(*arguments, char *);
        return run(function, path, argv,
                with_environment ? va_arg(*arguments, char *const *) : environ);
}

INTERPOSE(int, execl, (const char *path, const char *first, ...))
{
        va_list arguments;
        int result;

        va_start(arguments, first);
        result = run_list(real(execve), path, first, &arguments, false);
        va_end(arguments);
        return result;
}

INTERPOSE(int, execlp, (const char *file, const char *first, ...))
{
        va_list arguments;
        int result;

        va_start(arguments, first);
        result = run_list(real(execvpe), file, first, &arguments, false);
        va_end(arguments);
        return result;
}

INTERPOSE(int, execle, (const char *path, const char *first, ...))
{
        va_list arguments;
        int result;

        va_start(arguments, first);
        result = run_list(real(execve), path, first, &arguments, true);
        va_end(arguments);
        return result;
}

INTERPOSE(int, execveat,
        (int dirfd, const char *path, char *const argv[], char *const environment[], int flags))
{
        struct environment_edit edit;

        if (process_refuses_command(path, argv))
                _exit(CHROOTSHIM_EXIT_CONFIG);
        end_if_refused(path);
        if (!programs_edit(path, &edit))
                return real(execveat)(dirfd, process_inside(path), argv, environment, flags);

        char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

        return real(execveat)(dirfd, process_inside(path), argv,
                environment_make(&edit, environment, memory), flags);
}

INTERPOSE(int, fexecve, (int fd, char *const argv[], char *const environment[]))
{
        struct environment_edit edit;
        char file[DESCRIPTOR_PATH_SIZE];

        end_if_refused(kernel_descriptor_path(fd, file));
        if (!programs_edit(file, &edit))
                return real(fexecve)(fd, argv, environment);

        char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

        return real(fexecve)(fd, argv, environment_make(&edit, environment, memory));
}

INTERPOSE(int, posix_spawn,
        (pid_t * ret_pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]))
{
        return spawn(real(posix_spawn), ret_pid, path, actions, attributes, argv, environment);
}

INTERPOSE(int, posix_spawnp,
        (pid_t * ret_pid, const char *file, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]))
{
        return spawn(real(posix_spawnp), ret_pid, file, actions, attributes, argv, environment);
}

/* These two came with glibc 2.39. */
INTERPOSE(int, pidfd_spawn,
        (int *ret_pidfd, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]))
{
        if (!real_exists(SYMBOL_pidfd_spawn))
                return ENOSYS;
        return spawn(real(pidfd_spawn), ret_pidfd, path, actions, attributes, argv, environment);
}

INTERPOSE(int, pidfd_spawnp,
        (int *ret_pidfd, const char *file, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]))
{
        if (!real_exists(SYMBOL_pidfd_spawnp))
                return ENOSYS;
        return spawn(real(pidfd_spawnp), ret_pidfd, file, actions, attributes, argv, environment);
}

/* libc keeps a copy of the path, so it is translated here, for the spawn that follows. */
INTERPOSE(int, posix_spawn_file_actions_addopen,
        (posix_spawn_file_actions_t * actions, int fd, const char *path, int flags, mode_t mode))
{
        const char *inside = process_inside(path);

        if (is_hidden_ancestor(path, inside))
                return EACCES;
        return real(posix_spawn_file_actions_addopen)(actions, fd, inside, flags, mode);
}

INTERPOSE(int, posix_spawn_file_actions_addchdir_np,
        (posix_spawn_file_actions_t * actions, const char *path))
{
        return real(posix_spawn_file_actions_addchdir_np)(actions, process_inside(path));
}

/* The name that POSIX.1-2024 gave to the function before. */
INTERPOSE(int, posix_spawn_file_actions_addchdir,
        (posix_spawn_file_actions_t * actions, const char *path))
{
        if (!real_exists(SYMBOL_posix_spawn_file_actions_addchdir))
                return ENOSYS;
        return real(posix_spawn_file_actions_addchdir)(actions, process_inside(path));
}

/*
 * What is loaded with RTLD_DEEPBIND, as PHP loads its extensions, would find libc before the hooks
 * and be without translation in the jail.
 */
static int binding(int flags)
{
        return !chrootshim_active() ? flags : flags & ~RTLD_DEEPBIND;
}

/*
 * A tail call (the library is built with -O2 or more): libc finds the caller, whose RUNPATH and
 * namespace it uses, by the return address. clang must be told where arguments are on the stack.
 */
#if defined(__clang__) && __has_attribute(musttail)
#define TAIL_CALL __attribute__((musttail))
#else
#define TAIL_CALL
#endif

INTERPOSE(void *, dlopen, (const char *path, int flags))
{
        TAIL_CALL return real(dlopen)(jail_path(path), binding(flags));
}

INTERPOSE(void *, dlmopen, (Lmid_t space, const char *path, int flags))
{
        TAIL_CALL return real(dlmopen)(space, jail_path(path), flags);
}
