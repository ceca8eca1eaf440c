/* A server in miniature: performs its arguments, one action after the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int listener = -1, incoming = -1;

static char **next;

/* The linker sets them around all actions. */
extern const struct action __start_actions[], __stop_actions[];

void fail(const char *what)
{
        perror(what);
        _exit(99);
}

char *next_argument(void)
{
        if (!*next)
                fail("no more arguments");
        return *next++;
}

int perform_the_rest(void *unused)
{
        while (*next) {
                const char *name = next_argument();
                const struct action *action = __start_actions;

                while (strcmp(action->name, name) != 0)
                        if (++action == __stop_actions)
                                fail(name);
                action->perform();
        }
        return 0;
}

/* A line with a name, the role, and the inode of "/" asked of the kernel, past all hooks. */
ACTION(say, "say")
{
        int (*role)(void);
        char text[16] = "none";
        struct statx root;

        *(void **)&role = dlsym(RTLD_DEFAULT, "chrootshim_role");
        if (role)
                snprintf(text, sizeof(text), "%d", role());
        syscall(SYS_statx, AT_FDCWD, "/", 0, STATX_INO, &root);
        printf("%s %s %lu\n", next_argument(), text, (unsigned long)root.stx_ino);
}

ACTION(listen, "listen")
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

        listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
                listen(listener, 5) < 0)
                fail("listen");
}

/* A listening socket that it was started with, by its number. */
ACTION(take, "take")
{
        listener = atoi(next_argument());
        if (fcntl(listener, F_SETFL, O_NONBLOCK) < 0)
                fail("take");
}

/* Become a client of itself, who sends a byte. */
ACTION(visit, "visit")
{
        struct sockaddr_in address;
        socklen_t size = sizeof(address);
        int client = socket(AF_INET, SOCK_STREAM, 0);

        if (getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
                connect(client, (struct sockaddr *)&address, size) < 0 ||
                write(client, "x", 1) != 1)
                fail("visit");
}

ACTION(pair, "pair")
{
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || write(pair[0], "x", 1) != 1)
                fail("socketpair");
        incoming = pair[1];
}

ACTION(pidfile, "pidfile")
{
        FILE *file = fopen(next_argument(), "w");

        if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file) != 0)
                fail("pidfile");
}

int status_of(int child)
{
        int status;

        if (waitpid(child, &status, 0) < 0)
                fail("waitpid");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The child goes on; the parent ends as the child does. */
static void go_on_in(int child)
{
        if (child)
                _exit(status_of(child));
}

/* The parent ends at once. */
ACTION(daemon, "daemon")
{
        if (fork())
                _exit(0);
}

ACTION(fork, "fork")
{
        go_on_in(fork());
}

/* A child that ends at once. */
ACTION(child, "child")
{
        int child = fork();

        if (child == 0)
                _exit(0);
        status_of(child);
}

/* By libc, but not by its fork(). */
ACTION(clone, "clone")
{
        static char stack[1 << 18];

        go_on_in(clone(perform_the_rest, stack + sizeof(stack), SIGCHLD, NULL));
}

static void *go_on(void *unused)
{
        perform_the_rest(NULL);
        return unused;
}

/* The rest is done by a thread with a stack of so many bytes. */
ACTION(thread, "thread")
{
        pthread_attr_t attributes;
        pthread_t thread;

        pthread_attr_init(&attributes);
        if (pthread_attr_setstacksize(&attributes, (size_t)atol(next_argument())) != 0 ||
                pthread_create(&thread, &attributes, go_on, NULL) != 0)
                fail("thread");
        pthread_join(thread, NULL);
}

/* Past all hooks. */
ACTION(clone_by_kernel, "clone-by-kernel")
{
        go_on_in((int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

/* httpd's own way, without the shim. */
ACTION(chroot, "chroot")
{
        if (chroot(next_argument()) < 0 || chdir("/") < 0)
                fail("chroot");
}

ACTION(chdir, "chdir")
{
        if (chdir(next_argument()) < 0)
                fail("chdir");
}

ACTION(getcwd, "getcwd")
{
        char path[4096];

        if (!getcwd(path, sizeof(path)))
                fail("getcwd");
        printf("getcwd %s\n", path);
}

int main(int argc, char **argv)
{
        setlinebuf(stdout);
        next = argv + 1;
        return perform_the_rest(NULL);
}
