/* Hooks that start programs and load libraries. */
#include "hooks/jail_path.h"
#include "libc/real.h"
#include "process/inside.h"
#include "view/environment.h"

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

/* Starting a program from a pending child is no reason to jail it: it is a helper. */
static const char *program_path(const char *path)
{
        return process_is_jailed() ? path_inside(&process.translation, path) : path;
}

/* The server's own program: the same file, or what has been put in its place for an upgrade. */
static bool is_own_program(const char *path)
{
        const char *name = process.program ? strrchr(process.program, '/') : NULL;
        struct file_facts facts;

        if (!name || !path)
                return false;
        if (strcmp(path, process.program) == 0 || strcmp(path, name + 1) == 0)
                return true;
        return kernel_facts(AT_FDCWD, path, 0, &facts) == 0 &&
               identity_equal(&facts.identity, &process.program_identity);
}

/* A shell may have inherited a listening socket, and an old pidfile may be empty: that is no
 * server. */
static bool is_server(void)
{
        return process.is_server || process.arming == ARMING_CERTAIN;
}

/*
 * What becomes of the environment of @path. Return: false if it stays as it is; what is started
 * by a process that is no server may be the server.
 */
static bool edit_of(const char *path, struct environment_edit *ret_edit)
{
        if (!process.library || !(process_is_jailed() || is_server()))
                return false;
        *ret_edit = (struct environment_edit){
                .library = process.library, .prefixes = &process.translation};
        if (process_is_jailed()) {
                inside_edit(ret_edit);
        } else if (process.role != CHROOTSHIM_PENDING) {
                ret_edit->purpose = ENVIRONMENT_MARKED;
        } else if (is_own_program(path)) {
                ret_edit->purpose = ENVIRONMENT_SERVER;
                ret_edit->settings = process.variables;
        } else {
                ret_edit->purpose = ENVIRONMENT_HELPER;
        }
        return true;
}

static int run(exec_type *function, const char *path, char *const argv[], char *const environment[])
{
        struct environment_edit edit;

        if (process_refuses_command(path, argv))
                _exit(CHROOTSHIM_EXIT_CONFIG);
        if (!edit_of(path, &edit))
                return function(program_path(path), argv, environment);
        {
                /* On the stack: a vfork() child would leave anything else in its parent. */
                char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

                return function(
                        program_path(path), argv, environment_make(&edit, environment, memory));
        }
}

static int spawn(spawn_type *function, pid_t *ret_pid, const char *path,
        const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
        char *const argv[], char *const environment[])
{
        struct environment_edit edit;

        if (process_refuses_command(path, argv))
                return EPERM;
        if (!edit_of(path, &edit))
                return function(
                        ret_pid, program_path(path), actions, attributes, argv, environment);
        {
                char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

                return function(ret_pid, program_path(path), actions, attributes, argv,
                        environment_make(&edit, environment, memory));
        }
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
static size_t argument_count(const char *first, va_list arguments)
{
        size_t count = 0;

        for (const char *argument = first; argument; argument = va_arg(arguments, const char *))
                count++;
        return count;
}

/* Fill @argv with @count arguments and NULL; @arguments is then behind the closing NULL. */
static void argument_list(char **argv, size_t count, const char *first, va_list arguments)
{
        argv[0] = (char *)(uintptr_t)first;
        for (size_t i = 1; i <= count; i++)
                argv[i] = va_arg(arguments, char *);
}

INTERPOSE(int, execl, (const char *path, const char *first, ...))
{
        va_list arguments;
        size_t count;

        va_start(arguments, first);
        count = argument_count(first, arguments);
        va_end(arguments);
        {
                char *argv[count + 1];

                va_start(arguments, first);
                argument_list(argv, count, first, arguments);
                va_end(arguments);
                return run(real(execve), path, argv, environ);
        }
}

INTERPOSE(int, execlp, (const char *file, const char *first, ...))
{
        va_list arguments;
        size_t count;

        va_start(arguments, first);
        count = argument_count(first, arguments);
        va_end(arguments);
        {
                char *argv[count + 1];

                va_start(arguments, first);
                argument_list(argv, count, first, arguments);
                va_end(arguments);
                return run(real(execvpe), file, argv, environ);
        }
}

INTERPOSE(int, execle, (const char *path, const char *first, ...))
{
        va_list arguments;
        size_t count;

        va_start(arguments, first);
        count = argument_count(first, arguments);
        va_end(arguments);
        {
                char *argv[count + 1];
                char *const *environment;

                va_start(arguments, first);
                argument_list(argv, count, first, arguments);
                environment = va_arg(arguments, char *const *);
                va_end(arguments);
                return run(real(execve), path, argv, environment);
        }
}

INTERPOSE(int, execveat,
        (int dirfd, const char *path, char *const argv[], char *const environment[], int flags))
{
        struct environment_edit edit;

        if (process_refuses_command(path, argv))
                _exit(CHROOTSHIM_EXIT_CONFIG);
        if (!edit_of(path, &edit))
                return real(execveat)(dirfd, program_path(path), argv, environment, flags);
        {
                char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

                return real(execveat)(dirfd, program_path(path), argv,
                        environment_make(&edit, environment, memory), flags);
        }
}

INTERPOSE(int, fexecve, (int fd, char *const argv[], char *const environment[]))
{
        struct environment_edit edit;

        if (!edit_of(NULL, &edit))
                return real(fexecve)(fd, argv, environment);
        {
                char *memory[environment_size(&edit, environment) / sizeof(char *) + 1];

                return real(fexecve)(fd, argv, environment_make(&edit, environment, memory));
        }
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
        const char *inside = program_path(path);

        if (is_hidden_ancestor(path, inside))
                return EACCES;
        return real(posix_spawn_file_actions_addopen)(actions, fd, inside, flags, mode);
}

INTERPOSE(int, posix_spawn_file_actions_addchdir_np,
        (posix_spawn_file_actions_t * actions, const char *path))
{
        return real(posix_spawn_file_actions_addchdir_np)(actions, program_path(path));
}

/* The name that POSIX.1-2024 gave to the function before. */
INTERPOSE(int, posix_spawn_file_actions_addchdir,
        (posix_spawn_file_actions_t * actions, const char *path))
{
        if (!real_exists(SYMBOL_posix_spawn_file_actions_addchdir))
                return ENOSYS;
        return real(posix_spawn_file_actions_addchdir)(actions, program_path(path));
}

/*
 * What is loaded with RTLD_DEEPBIND, as PHP loads its extensions, would find libc before the hooks
 * and be without translation in the jail.
 */
static int binding(int flags)
{
        return process.role == CHROOTSHIM_INERT ? flags : flags & ~RTLD_DEEPBIND;
}

/*
 * A tail call (the library is built with -O2 or more): libc finds the caller, whose RUNPATH and
 * namespace it uses, by the return address.
 */
INTERPOSE(void *, dlopen, (const char *path, int flags))
{
        return real(dlopen)(jail_path(path), binding(flags));
}

INTERPOSE(void *, dlmopen, (Lmid_t space, const char *path, int flags))
{
        return real(dlmopen)(space, jail_path(path), flags);
}
