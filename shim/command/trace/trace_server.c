/* The server that is traced: its start, its end, and where its workers call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_server.h"

#include "command/memory.h"
#include "command/trace/trace_keeper.h"
#include "settings/settings.h"
#include "system/kernel.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In milliseconds: between two looks; between two signals; how long a server has to end. */
enum { PAUSE = 50, ASKED_EVERY = 1000, GRACE = 10000 };

/* Of those that workers call at one time, and the trace has not come to. */
#define BACKLOG 4096

/* "/run" is root's, and no systemd unit has another one in its place, as of "/tmp". */
static int make_path(struct trace_server *server)
{
        const char *directory = geteuid() == 0 ? "/run" : getenv("XDG_RUNTIME_DIR");

        server->directory =
                memory_format("%s/chrootshim-trace-XXXXXX", directory ? directory : "/tmp");
        if (!mkdtemp(server->directory))
                return -errno;
        server->path = memory_format("%s/socket", server->directory);
        return 0;
}

static int listen_at(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        mode_t mask = umask(0177);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error = 0;

        if (strlen(path) >= sizeof(address.sun_path))
                error = -ENAMETOOLONG;
        else
                strcpy(address.sun_path, path);
        if (fd < 0 || error < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
                listen(fd, BACKLOG) < 0) {
                error = error < 0 ? error : -errno;
                if (fd >= 0)
                        close(fd);
        }
        umask(mask);
        return error < 0 ? error : fd;
}

static void remove_socket(const struct trace_server *server)
{
        unlink(server->path);
        if (server->directory)
                rmdir(server->directory);
}

/* In memory that those whom this process forks write as well. */
static atomic_ulong *share_counter(void)
{
        void *memory = mmap(NULL, sizeof(atomic_ulong), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        return memory == MAP_FAILED ? NULL : memory;
}

int trace_server_prepare(struct trace_server *server, const char *path, struct failure *ret_failure)
{
        int fd, events, error = path ? 0 : make_path(server);

        if (error < 0)
                return failure_set(ret_failure, error, server->directory, NULL, NULL);
        if (path)
                server->path = memory_copy(path);
        fd = listen_at(server->path);
        if (fd < 0 && server->directory)
                rmdir(server->directory);
        if (fd < 0)
                return failure_set(ret_failure, fd, server->path, NULL,
                        "remove it, if no trace uses it any more; or name another with --socket");
        server->lost = share_counter();
        events = server->lost ? trace_keeper_start(fd, server->path, server->directory,
                                        server->lost, &server->keeper)
                              : -ENOMEM;
        if (events >= 0)
                return events;
        remove_socket(server);
        return failure_set(ret_failure, events, NULL, "workers cannot be traced",
                "use Linux 5.9 or newer, with CONFIG_SECCOMP_FILTER");
}

static void __attribute__((noreturn)) execute(char *const *command, int output)
{
        size_t count = 0;
        char **words;
        sigset_t none;

        while (command[count])
                count++;
        words = memory_grow(NULL, count + 4, sizeof(*words));
        words[0] = memory_copy("chrootshim");
        words[1] = memory_copy("run");
        words[2] = memory_copy("--");
        memcpy(words + 3, command, (count + 1) * sizeof(*words));
        if (output != STDOUT_FILENO)
                dup2(output, STDOUT_FILENO);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execv("/proc/self/exe", words);
        perror("chrootshim trace: /proc/self/exe");
        _exit(127);
}

int trace_server_start(
        struct trace_server *server, char *const *command, int output, struct failure *ret_failure)
{
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        if (setenv(SETTINGS_TRACE_VARIABLE, server->path, 1) < 0)
                return failure_set(ret_failure, -errno, NULL, NULL, NULL);
        server->command = fork();
        if (server->command == 0)
                execute(command, output);
        if (server->command < 0)
                return failure_set(ret_failure, -errno, command[0], "it cannot be started", NULL);
        server->started = true;
        return 0;
}

bool trace_server_has_ended(struct trace_server *server)
{
        pid_t pid;
        int status;

        while (waitpid(-1, NULL, WNOHANG | __WCLONE) > 0)
                ;
        if (!server->started)
                return false;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
                if (pid != server->command)
                        continue;
                server->command = 0;
                server->status = status;
        }
        return pid < 0 && errno == ECHILD;
}

/* Ask its children to end; those of one that has ended have become this process's. */
static void ask_to_end(const struct trace_server *server)
{
        FILE *children = fopen("/proc/thread-self/children", "re");
        int pid;

        while (children && fscanf(children, "%d", &pid) == 1)
                if (pid != server->keeper)
                        kill(pid, SIGTERM);
        if (children)
                fclose(children);
}

/* A shell that has started the server ends before it. */
static void end_all(struct trace_server *server)
{
        const struct timespec pause = {0, PAUSE * 1000000};
        int64_t deadline = kernel_milliseconds() + GRACE;

        for (int64_t asked = 0; !trace_server_has_ended(server);) {
                int64_t now = kernel_milliseconds();

                if (now >= deadline)
                        return;
                if (now - asked >= ASKED_EVERY) {
                        ask_to_end(server);
                        asked = now;
                }
                nanosleep(&pause, NULL);
        }
}

int trace_server_leave(struct trace_server *server)
{
        int status = server->status;

        /* The keeper does so as well, for whom this process may be killed; or the keeper may. */
        remove_socket(server);
        if (server->command > 0) {
                end_all(server);
                return 0;
        }
        if (WIFSIGNALED(status))
                return 128 + WTERMSIG(status);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
