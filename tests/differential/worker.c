/* A process in the jail that makes the operations it is given. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include "calls.h"
#include "chrootshim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* No operation waits for anything; a case that lasts so long hangs. */
#define SECONDS_PER_CASE 20

/* Say what is left below a directory, and remove it; by names that are never translated. */
static void take_down(int parent, const char *name, const char *indent)
{
        struct dirent **entries;
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int count = scandirat(fd, ".", &entries, NULL, alphasort);
        char deeper[256];

        if (fd < 0 || count < 0)
                err(2, "cannot list the tree");
        snprintf(deeper, sizeof(deeper), "%s ", indent);
        for (int i = 0; i < count; i++) {
                const char *entry = entries[i]->d_name;
                struct stat facts;

                if (strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) {
                        fstatat(fd, entry, &facts, AT_SYMLINK_NOFOLLOW);
                        say("%s<%s> mode %o owner %u:%u links %lu\n", indent, entry, facts.st_mode,
                                facts.st_uid, facts.st_gid, (unsigned long)facts.st_nlink);
                        if (S_ISDIR(facts.st_mode))
                                take_down(fd, entry, deeper);
                        if (unlinkat(fd, entry, S_ISDIR(facts.st_mode) ? AT_REMOVEDIR : 0) != 0)
                                err(2, "cannot remove %s", entry);
                }
                free(entries[i]);
        }
        free(entries);
        close(fd);
}

static void make_case(struct exchange *exchange, enum side side)
{
        struct report *report = &exchange->report[side];

        alarm(SECONDS_PER_CASE);
        memset(report->end, 0, sizeof(report->end));
        say_into(report);
        for (unsigned i = 0; i < exchange->count; i++) {
                call_make(&exchange->operation[i], side);
                say_end(i);
        }
        syscall(SYS_setresuid, 0, 0, 0);
        /* What is jailed is checked no more, so the other user may write there, too. */
        if (syscall(SYS_fchownat, AT_FDCWD, "/", 0, 0, 0) != 0 ||
                syscall(SYS_fchmodat, AT_FDCWD, "/", 0777) != 0)
                err(2, "cannot restore the jail");
        if (call_held != AT_FDCWD)
                close(call_held);
        call_held = AT_FDCWD;
        if (syscall(SYS_chdir, "/") != 0)
                err(2, "chdir");
        say("\n");
        take_down(AT_FDCWD, ".", "    ");
        say_end(exchange->count);
}

/* The kernel's own chroot, by system calls that no library sees. */
static void enter_by_kernel(void)
{
        char jail[256];

        snprintf(jail, sizeof(jail), "%s/kernel", layout.top);
        if (syscall(SYS_chdir, jail) != 0 || syscall(SYS_chroot, ".") != 0)
                err(2, "chroot %s", jail);
}

/* A forked child of a program that listens is jailed when it begins to serve. */
static void enter_by_shim(void)
{
        const struct sockaddr address = {.sa_family = AF_UNIX};
        int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int epoll = epoll_create1(EPOLL_CLOEXEC), status;
        enum chrootshim_role (*role)(void);
        struct epoll_event event;
        pid_t pid;

        *(void **)&role = dlsym(RTLD_DEFAULT, "chrootshim_role");
        if (!role || bind(socket_fd, &address, sizeof(address.sa_family)) != 0 ||
                listen(socket_fd, 1) != 0)
                errx(2, "the shim is not loaded, or there is nothing to listen on");
        pid = fork();
        if (pid != 0) {
                waitpid(pid, &status, 0);
                _exit(2);
        }
        epoll_wait(epoll, &event, 1, 0);
        if (role() != CHROOTSHIM_JAILED)
                errx(2, "the role of the serving child is %d, not jailed", role());
}

int worker_main(char **arguments)
{
        enum side side = strcmp(arguments[0], "shim") == 0 ? SIDE_SHIM : SIDE_KERNEL;
        int ask = atoi(arguments[2]), answer = atoi(arguments[3]);
        struct exchange *exchange = mmap(
                NULL, sizeof(*exchange), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(arguments[1]), 0);
        char byte = 0;

        if (exchange == MAP_FAILED)
                err(2, "mmap");
        layout_set(arguments[4]);
        umask(022);
        if (side == SIDE_SHIM)
                enter_by_shim();
        else
                enter_by_kernel();
        if (syscall(SYS_chdir, "/") != 0 || syscall(SYS_fchmodat, AT_FDCWD, "/", 0777) != 0)
                err(2, "cannot open the jail to the other user");
        while (read(ask, &byte, 1) == 1) {
                make_case(exchange, side);
                if (write(answer, &byte, 1) != 1)
                        err(2, "write");
        }
        return 0;
}

static void execute(const char *program, enum side side, const int fds[3], bool translate)
{
        char numbers[3][16];

        for (int i = 0; i < 3; i++)
                snprintf(numbers[i], sizeof(numbers[i]), "%d", fds[i]);
        if (side == SIDE_SHIM) {
                setenv("LD_PRELOAD", getenv("SHIM_LIBRARY"), 1);
                setenv("CHROOTSHIM_JAIL", layout.spelling[1], 1);
                setenv("CHROOTSHIM_ALIASES", layout.spelling[2], 1);
                setenv("CHROOTSHIM_FIXROOT", translate ? "true" : "false", 1);
                /* It has other reasons than a chroot: EXDEV for a link to a directory. */
                setenv("CHROOTSHIM_LANDLOCK", "off", 1);
        }
        execl(program, program, "worker", side == SIDE_SHIM ? "shim" : "kernel", numbers[0],
                numbers[1], numbers[2], layout.top, NULL);
        err(2, "%s", program);
}

struct worker worker_start(const char *program, enum side side, int exchange, bool translate)
{
        struct worker worker = {.side = side};
        int ask[2], answer[2];

        if (pipe2(ask, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0)
                err(2, "pipe");
        worker.pid = fork();
        if (worker.pid == 0) {
                const int fds[] = {exchange, ask[0], answer[1]};

                fcntl(ask[0], F_SETFD, 0);
                fcntl(answer[1], F_SETFD, 0);
                execute(program, side, fds, translate);
        }
        close(ask[0]);
        close(answer[1]);
        worker.ask = ask[1];
        worker.answer = answer[0];
        return worker;
}

void worker_ask(const struct worker *worker)
{
        if (write(worker->ask, "", 1) != 1)
                err(2, "cannot ask a worker");
}

bool worker_wait(const struct worker *worker)
{
        char byte;

        return read(worker->answer, &byte, 1) == 1;
}

void worker_stop(const struct worker *worker)
{
        close(worker->ask);
        waitpid(worker->pid, NULL, 0);
}
