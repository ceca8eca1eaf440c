/* Performs attacks by name, and reports their steps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#define MANY_LEVELS "../../../../../../../../../../../../../../../.."

/* The bounds of the section in which ATTACK() puts them. */
extern const struct attack __start_attacks[] __attribute__((visibility("hidden")));
extern const struct attack __stop_attacks[] __attribute__((visibility("hidden")));

long report(const char *what, long result)
{
        int error = errno;

        dprintf(STDOUT_FILENO, "%s=%s ", what, result < 0 ? strerrorname_np(error) : "ok");
        return result;
}

void read_canary(int directory, const char *path)
{
        char text[128];
        long fd = report("open", syscall(SYS_openat, directory, path, O_RDONLY, 0)), length;

        if (fd < 0)
                return;
        length = syscall(SYS_read, fd, text, sizeof(text) - 1);
        dprintf(STDOUT_FILENO, "%.*s ", length < 0 ? 0 : (int)length, text);
}

void climb(const struct attempt *attempt)
{
        char path[512];

        snprintf(path, sizeof(path), MANY_LEVELS "%s", attempt->canary);
        read_canary(AT_FDCWD, path);
}

static void leak(const char *path, int flags, int number)
{
        int fd = open(path, flags);

        if (fd < 0 || dup2(fd, number) < 0) {
                perror(path);
                exit(1);
        }
        close(fd);
}

void leak_descriptors(void)
{
        leak("/usr", O_RDONLY | O_DIRECTORY, LEAKED_DIRECTORY);
        leak("/usr", O_PATH, LEAKED_PATH);
        leak("/proc", O_RDONLY | O_DIRECTORY, LEAKED_PROC);
        leak("/proc/self/ns/mnt", O_RDONLY, LEAKED_NAMESPACE);
        /* Only root has these. */
        if (geteuid() != 0)
                return;
        leak("/dev/loop0", O_RDONLY, LEAKED_DISK);
        if (dup2((int)syscall(SYS_fanotify_init, 0, O_RDONLY), LEAKED_FANOTIFY) < 0) {
                perror("fanotify");
                exit(1);
        }
}

void attack_now(const char *name, const struct attempt *attempt)
{
        for (const struct attack *attack = __start_attacks; attack < __stop_attacks; attack++)
                if (strcmp(attack->name, name) == 0) {
                        attack->run(attempt);
                        return;
                }
        dprintf(STDOUT_FILENO, "unknown attack %s", name);
}

void attack_in_child(const char *name, const struct attempt *attempt, char *ret_text, size_t size)
{
        size_t used = 0;
        ssize_t length;
        int ends[2];
        pid_t child;

        *ret_text = '\0';
        if (pipe2(ends, O_CLOEXEC) < 0)
                return;
        child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
        if (child == 0) {
                syscall(SYS_dup2, ends[1], STDOUT_FILENO);
                alarm(20);
                attack_now(name, attempt);
                syscall(SYS_exit_group, 0);
        }
        close(ends[1]);
        while ((length = read(ends[0], ret_text + used, size - 1 - used)) > 0)
                used += (size_t)length;
        ret_text[used] = '\0';
        close(ends[0]);
        waitpid(child, NULL, 0);
}
