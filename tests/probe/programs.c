/* Probes of the functions that start a program: what starts, and which environment it gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct place programs[] = {
        {"program", "@/bin/say", "/bin/say"},
        {"program by another spelling", "^/./jail//bin/./say", "/bin/./say"},
        {"program, inside view", "/bin/say", "/bin/say"},
        {"program, relative", "../bin/say", "../bin/say"},
        {"script", "@/bin/script", "/bin/script"},
        {"nonsense", "@/bin/nonsense", "/bin/nonsense"},
        {"found by PATH", "say", "say"},
        {"nonsense found by PATH", "nonsense", "nonsense"},
        {0},
};

static char *const arguments[] = {(char[]){"name"}, (char[]){"one"}, (char[]){"two three"}, NULL};

/* say.c prints these. The usual names lead into the jail; whatever else has another is kept. */
static char **environment(void)
{
        setenv("PATH", "/missing:/bin", 1);
        setenv("DOCUMENT_ROOT", in_jail("/dir"), 1);
        setenv("CONTEXT_DOCUMENT_ROOT", in_jail("/"), 1);
        setenv("SCRIPT_FILENAME", in_jail("/dir/file"), 1);
        setenv("PATH_TRANSLATED", outside("0/neighbour"), 1);
        setenv("PWD", "/dir", 1);
        setenv("OTHER", outside("/dir"), 1);
        answer_begin();
        return environ;
}

static void probe_execve(const struct target *at)
{
        char **list = environment();

        answer("execve", execve(at->path, arguments, list));
}

static void probe_execv(const struct target *at)
{
        environment();
        answer("execv", execv(at->path, arguments));
}

static void probe_execvp(const struct target *at)
{
        environment();
        answer("execvp", execvp(at->path, arguments));
}

static void probe_execvpe(const struct target *at)
{
        char **list = environment();

        answer("execvpe", execvpe(at->path, arguments, list));
}

static void probe_execl(const struct target *at)
{
        environment();
        answer("execl", execl(at->path, "name", "one", "two three", (char *)NULL));
}

static void probe_execlp(const struct target *at)
{
        environment();
        answer("execlp",
                execlp(at->path, "name", "1", "2", "3", "4", "5", "6", "7", "8", (char *)NULL));
}

static void probe_execle(const struct target *at)
{
        char **list = environment();

        answer("execle", execle(at->path, "name", "one", "two three", (char *)NULL, list));
}

#if __GLIBC_PREREQ(2, 34)
static void probe_execveat(const struct target *at)
{
        char **list = environment();

        answer("not a link", execveat(at->dirfd, at->path, arguments, list, AT_SYMLINK_NOFOLLOW));
        answer("execveat", execveat(at->dirfd, at->path, arguments, list, 0));
}
#endif

static void probe_fexecve(const struct target *at)
{
        char **list = environment();
        int fd = open(at->path, O_RDONLY | O_CLOEXEC);

        answer("fexecve", fexecve(fd, arguments, list));
}

/* posix_spawn() returns its error. */
static void answer_spawn(int error, pid_t pid)
{
        int status = 0;

        if (error == 0)
                waitpid(pid, &status, 0);
        answer_begin();
        answer_text("posix_spawn", error ? strerrorname_np(error) : "started");
        answer("status", status);
}

static void probe_posix_spawn(const struct target *at)
{
        char **list = environment();
        pid_t pid = 0;

        answer_spawn(posix_spawn(&pid, at->path, NULL, NULL, arguments, list), pid);
}

static void probe_posix_spawnp(const struct target *at)
{
        char **list = environment();
        pid_t pid = 0;

        answer_spawn(posix_spawnp(&pid, at->path, NULL, NULL, arguments, list), pid);
}

/* The program writes into the file, which shows that it was this one. Either call may fail. */
static void probe_posix_spawn_file_actions_addopen(const struct target *at)
{
        char **list = environment();
        posix_spawn_file_actions_t actions;
        pid_t pid = 0;
        int error;

        posix_spawn_file_actions_init(&actions);
        error = posix_spawn_file_actions_addopen(
                &actions, STDOUT_FILENO, at->path, O_WRONLY | O_CREAT, 0640);
        if (error == 0)
                error = posix_spawn(&pid, "/bin/say", &actions, NULL, arguments, list);
        answer_spawn(error, pid);
        posix_spawn_file_actions_destroy(&actions);
}

/* The program is found from the directory, and writes into a file there. */
static void probe_posix_spawn_file_actions_addchdir_np(const struct target *at)
{
        char **list = environment();
        posix_spawn_file_actions_t actions;
        pid_t pid = 0;

        posix_spawn_file_actions_init(&actions);
        answer("addchdir", posix_spawn_file_actions_addchdir_np(&actions, at->path));
        posix_spawn_file_actions_addopen(
                &actions, STDOUT_FILENO, "spawned", O_WRONLY | O_CREAT, 0640);
        answer_spawn(posix_spawn(&pid, in_jail("/bin/say"), &actions, NULL, arguments, list), pid);
        posix_spawn_file_actions_destroy(&actions);
}

static const struct probe probes[] = {
        {"execve", probe_execve},
        {"execv", probe_execv},
        {"execvp", probe_execvp},
        {"execvpe", probe_execvpe},
        {"execl", probe_execl},
        {"execlp", probe_execlp},
        {"execle", probe_execle},
#if __GLIBC_PREREQ(2, 34)
        {"execveat", probe_execveat},
#endif
        {"fexecve", probe_fexecve},
        {"posix_spawn", probe_posix_spawn},
        {"posix_spawnp", probe_posix_spawnp},
        {"posix_spawn_file_actions_addopen", probe_posix_spawn_file_actions_addopen},
        {"posix_spawn_file_actions_addchdir_np", probe_posix_spawn_file_actions_addchdir_np},
        {0},
};

const struct family family_programs = {{common_places, programs}, probes};
