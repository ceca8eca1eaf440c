/* A server in miniature: performs its arguments, one action after the other. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

extern char **environ;

static int listener = -1, pair[2] = {-1, -1};

static void fail(const char *what)
{
        perror(what);
        _exit(99);
}

/* A line with the role, and the inode of "/" asked of the kernel, past all hooks. */
static void say(const char *who)
{
        int (*role)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "chrootshim_role");
        char text[16] = "none";
        struct stat root;

        if (role)
                snprintf(text, sizeof(text), "%d", role());
        syscall(SYS_newfstatat, AT_FDCWD, "/", &root, 0);
        printf("%s %s %lu\n", who, text, (unsigned long)root.st_ino);
        fflush(stdout);
}

static void make_listener(const char *unused)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

        listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
                listen(listener, 5) < 0)
                fail("listen");
}

static void make_pair(const char *unused)
{
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || write(pair[0], "x", 1) != 1)
                fail("socketpair");
}

static void write_pidfile(const char *path)
{
        FILE *file = fopen(path, "w");

        if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file) != 0)
                fail("pidfile");
}

static int status_of(pid_t child)
{
        int status;

        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The child goes on; the parent ends as the child does. */
static void go_on_in(pid_t child)
{
        if (child)
                _exit(status_of(child));
}

static void make_child(const char *unused)
{
        go_on_in(fork());
}

/* Past all hooks. */
static void make_child_by_kernel(const char *unused)
{
        go_on_in((pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

/*
 * The parent goes on when the child has ended. The child does what would jail it, if its memory
 * were its own.
 */
static void run_vfork(const char *command)
{
        struct stat facts;
        pid_t child = vfork();

        if (child == 0) {
                if (setuid(NOBODY) < 0 || stat("/etc", &facts) < 0)
                        fail("vfork child");
                execl("/bin/sh", "sh", "-c", command, NULL);
                fail("sh");
        }
        status_of(child);
}

static void run_spawn(const char *command)
{
        char *argv[] = {"sh", "-c", (char *)command, NULL};
        pid_t child;

        if (posix_spawn(&child, "/bin/sh", NULL, NULL, argv, environ) == 0)
                status_of(child);
}

static void run_system(const char *command)
{
        if (system(command) < 0)
                fail("system");
}

static void run_popen(const char *command)
{
        FILE *output = popen(command, "r");
        char line[256];

        while (fgets(line, sizeof(line), output))
                fputs(line, stdout);
        fflush(stdout);
        pclose(output);
}

static void drop(const char *uid)
{
        if (setuid((uid_t)atoi(uid)) < 0)
                fail("setuid");
}

static void do_accept(const char *unused)
{
        accept(listener, NULL, NULL);
}

static void do_receive(const char *unused)
{
        char byte;

        recv(pair[1], &byte, 1, MSG_DONTWAIT);
}

static void do_epoll(const char *unused)
{
        epoll_wait(epoll_create1(0), &(struct epoll_event){0}, 1, 0);
}

static void *idle(void *unused)
{
        return unused;
}

static void do_thread(const char *unused)
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, idle, NULL) == 0)
                pthread_join(thread, NULL);
}

static void do_path(const char *path)
{
        struct stat facts;

        stat(path, &facts);
}

static void do_bind(const char *unused)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(sa_family_t));
}

static void do_connect(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(address));
}

static void do_poll(const char *unused)
{
        poll(NULL, 0, 0);
}

static void do_select(const char *unused)
{
        select(0, NULL, NULL, NULL, &(struct timeval){0});
}

static void do_sigwait(const char *unused)
{
        sigset_t none;

        sigemptyset(&none);
        sigtimedwait(&none, NULL, &(struct timespec){0});
}

static void do_initgroups(const char *user)
{
        int result, error;

        errno = 0;
        result = initgroups(user, 1);
        error = errno;
        printf("initgroups %d %s\n", result, strerrorname_np(error));
        fflush(stdout);
}

static void look_up(const char *user)
{
        printf("getpwnam %s\n", getpwnam(user) ? "found" : "not found");
        fflush(stdout);
}

/* Ends this program: the command says what is left. */
static void exec_shell(const char *command)
{
        execl("/bin/sh", "sh", "-c", command, NULL);
}

/* As nginx does for its next version: an environment made anew. */
static void exec_anew(const char *path)
{
        char *argv[] = {(char *)path, "say", "again", NULL};
        char *environment[] = {"PATH=/bin", NULL};

        execve(path, argv, environment);
}

static const struct {
        const char *name;
        void (*perform)(const char *argument);
        int has_argument;
} actions[] = {
        {"say", say, 1},
        {"listen", make_listener, 0},
        {"pair", make_pair, 0},
        {"pidfile", write_pidfile, 1},
        {"fork", make_child, 0},
        {"clone", make_child_by_kernel, 0},
        {"vfork", run_vfork, 1},
        {"spawn", run_spawn, 1},
        {"system", run_system, 1},
        {"popen", run_popen, 1},
        {"setuid", drop, 1},
        {"accept", do_accept, 0},
        {"recv", do_receive, 0},
        {"epoll_wait", do_epoll, 0},
        {"pthread_create", do_thread, 0},
        {"stat", do_path, 1},
        {"bind", do_bind, 0},
        {"connect", do_connect, 1},
        {"poll", do_poll, 0},
        {"select", do_select, 0},
        {"sigwait", do_sigwait, 0},
        {"initgroups", do_initgroups, 1},
        {"getpwnam", look_up, 1},
        {"exec", exec_shell, 1},
        {"exec-anew", exec_anew, 1},
};

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                size_t action = 0;

                while (strcmp(actions[action].name, argv[i]) != 0)
                        if (++action == sizeof(actions) / sizeof(actions[0]))
                                fail(argv[i]);
                if (actions[action].has_argument && i + 1 == argc)
                        fail(argv[i]);
                actions[action].perform(actions[action].has_argument ? argv[++i] : NULL);
        }
        return 0;
}
