/*
 * A server in miniature, run again and again: each time another call of the shim fails (fault.c).
 * It listens and forks, and what its child serves is how it is confined.
 *
 * Usage: fault_server TREE listen|fork|enter|seen KIND ERROR [N]   (the n-th call alone; 0: none)
 *
 * At "enter" the jail has just changed, and is checked by each child, and what a child inherits has
 * to be listed; at "seen" neither is so.
 *
 * A run's output: "run N", what is said on stderr, "status" with the exit status, "served" with
 * the child's words, and "fault" with the call that failed.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define TRIED_FDS 2048
/* Above what a worker finds without a list of them (shim/jail/inherited.h). */
#define LISTED_FD 1500
#define TRIED_CAPABILITIES 64

/* Shared with the servers and their workers, which may lose their descriptors. */
static struct {
        struct fault fault;
        char served[PATH_MAX + 512];
} * shared;

static const char *tree, *phase;

static void __attribute__((noreturn)) fail(const char *what)
{
        perror(what);
        _exit(99);
}

static const char *below_tree(const char *name)
{
        static char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/%s", tree, name);
        return path;
}

static bool is_phase(const char *name)
{
        return strcmp(phase, name) == 0;
}

static void begin(const char *name)
{
        if (is_phase(name))
                fault_begin();
}

/* What a worker must not get hold of: directories, and another namespace. And what it may keep. */
static void open_ways_out(void)
{
        int root = open("/", O_PATH);

        if (root < 0 || (is_phase("enter") && dup2(root, LISTED_FD) < 0) ||
                open("/etc", O_RDONLY | O_DIRECTORY) < 0 ||
                open("/proc/self/ns/mnt", O_RDONLY) < 0 || epoll_create1(0) < 0)
                fail("ways out");
}

static void write_file(const char *path, const char *text)
{
        int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0666);

        if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) < 0)
                fail(path);
}

static void write_pidfile(void)
{
        char text[32];

        snprintf(text, sizeof(text), "%d\n", getpid());
        write_file(below_tree("run/server.pid"), text);
}

static void make_lock_file(void)
{
        const char *path = below_tree("run/lock");

        unlink(path);
        if (open(path, O_CREAT | O_EXCL | O_WRONLY, 0600) < 0 || chmod(path, 0666) < 0)
                fail("lock file");
}

/* Another inode: the jail is supplied anew at the next fork. */
static void replace_exposed(void)
{
        char path[PATH_MAX];

        strcpy(path, below_tree("exposed"));
        if (access(path, F_OK) < 0)
                return;
        write_file(below_tree("new"), "new");
        if (rename(below_tree("new"), path) < 0)
                fail("rename");
}

static bool is_same(const struct statx *a, const struct statx *b)
{
        return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
               a->stx_dev_minor == b->stx_dev_minor;
}

/* Descriptors of other directories than the root, and of namespaces. */
static int count_ways_out(const struct statx *root)
{
        int count = 0;

        for (int fd = 0; fd < TRIED_FDS; fd++) {
                int flags = (int)syscall(SYS_fcntl, fd, F_GETFL);
                struct statx facts;

                if (flags < 0 || syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO,
                                         &facts) < 0)
                        continue;
                if ((S_ISDIR(facts.stx_mode) || (flags & O_PATH)) && !is_same(&facts, root))
                        count++;
                else if (S_ISREG(facts.stx_mode) && ioctl(fd, NS_GET_NSTYPE) > 0)
                        count++;
        }
        return count;
}

static uint64_t bounding_set(void)
{
        uint64_t set = 0;

        for (int i = 0; i < TRIED_CAPABILITIES; i++)
                if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
                        set |= 1ULL << i;
        return set;
}

static uint64_t permitted_set(void)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

        syscall(SYS_capget, &header, data);
        return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* As the kernel has it, past all hooks. */
static void serve(void)
{
        char directory[PATH_MAX] = "?";
        struct statx root, above;

        syscall(SYS_statx, AT_FDCWD, "/", 0, STATX_INO, &root);
        syscall(SYS_statx, AT_FDCWD, "/..", 0, STATX_INO, &above);
        syscall(SYS_getcwd, directory, sizeof(directory));
        snprintf(shared->served, sizeof(shared->served),
                "root=%lu top=%d uid=%d privileges=%d out=%d bounding=%llx permitted=%llx lock=%d "
                "cwd=%s",
                (unsigned long)root.stx_ino, is_same(&root, &above), (int)geteuid(),
                !prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), count_ways_out(&root),
                (unsigned long long)bounding_set(), (unsigned long long)permitted_set(),
                open(below_tree("run/lock"), O_WRONLY) >= 0, directory);
}

static void work(int inherited)
{
        char byte;

        begin("enter");
        begin("seen");
        /* The socket may have been taken away. */
        if (geteuid() != 0)
                recv(inherited, &byte, 1, MSG_PEEK);
        else if (setuid(NOBODY) < 0)
                fail("setuid");
        fault_end();
        serve();
        _exit(0);
}

static int status_of(pid_t child)
{
        int status;

        if (child < 0 || waitpid(child, &status, 0) < 0)
                fail("fork");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Return: what a worker inherits. */
static int start_server(void)
{
        int pair[2], listener = socket(AF_UNIX, SOCK_STREAM, 0);
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || write(pair[0], "x", 1) != 1 ||
                bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0)
                fail("sockets");
        open_ways_out();
        begin("listen");
        if (listen(listener, 5) < 0)
                fail("listen");
        fault_end();
        write_pidfile();
        make_lock_file();
        return pair[1];
}

static int fork_worker(int inherited)
{
        pid_t child;

        /* Where each user has a jail, each worker's is checked by itself. */
        if (is_phase("enter") && chmod(below_tree("jail"), 0755) < 0 && errno != ENOENT)
                fail("jail");
        begin("fork");
        child = fork();
        fault_end();
        if (child == 0)
                work(inherited);
        return status_of(child);
}

static int run_server(void)
{
        pid_t child = fork();
        int inherited;

        if (child == 0) {
                inherited = start_server();
                if (is_phase("fork"))
                        replace_exposed();
                _exit(fork_worker(inherited));
        }
        return status_of(child);
}

/* Its first fork finds that what it has brought is new; by the next ones that has aged. */
static int start_old_server(void)
{
        int inherited = start_server();

        if (is_phase("seen")) {
                shared->fault = (struct fault){0};
                fork_worker(inherited);
                usleep(500000);
        }
        return inherited;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
        return remove(path);
}

/* What an earlier server has put into the jail. */
static void clean_jail(void)
{
        static const char *const names[] = {
                "jail/srv", "jail/dev", "jail/etc", "jail/.chrootshim-manifest"};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                nftw(below_tree(names[i]), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Return: the calls that counted. One server has all the workers whose entry fails. */
static long run_with_fault(const struct fault *order)
{
        static int inherited = -1;
        bool enters = is_phase("enter") || is_phase("seen");
        int status;

        if (!enters)
                clean_jail();
        else if (inherited < 0)
                inherited = start_old_server();
        shared->fault = *order;
        shared->served[0] = '\0';
        printf("run %ld\n", order->wanted);
        fflush(stdout);
        status = enters ? fork_worker(inherited) : run_server();
        printf("status %d\nserved %s\nfault %s\n", status, shared->served, shared->fault.call);
        fflush(stdout);
        return shared->fault.counted;
}

int main(int argc, char **argv)
{
        struct fault order = {0};
        long count;

        fault_end();
        if (argc < 5)
                return 2;
        /* Of an allocation before main(). */
        strcpy(order.call, fault->call);
        shared = mmap(
                NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        fault = &shared->fault;
        tree = argv[1];
        phase = argv[2];
        order.kind = (enum fault_kind)atoi(argv[3]);
        order.error = atoi(argv[4]);
        order.wanted = argc > 5 ? atol(argv[5]) : 0;
        count = run_with_fault(&order);
        while (argc == 5 && order.wanted++ < count)
                run_with_fault(&order);
        return 0;
}
