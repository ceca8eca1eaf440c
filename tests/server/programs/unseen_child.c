/* A server whose child appears past the hooks of fork(): by clone() or a raw system call. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Do what a worker does, and print the inode of "/" as the kernel has it. */
static int work(void *event)
{
        struct epoll_event events;
        struct stat root;

        if (strcmp(event, "setuid") == 0 && setuid(65534) < 0)
                return 1;
        if (strcmp(event, "epoll_wait") == 0)
                epoll_wait(epoll_create1(0), &events, 1, 0);
        syscall(SYS_newfstatat, AT_FDCWD, "/", &root, 0);
        printf("%lu\n", (unsigned long)root.st_ino);
        fflush(stdout);
        _exit(0);
}

/* Usage: unseen_child clone|syscall setuid|epoll_wait */
int main(int count, char **arguments)
{
        static char stack[1 << 16];
        int status, listener = socket(AF_INET, SOCK_STREAM, 0);
        pid_t child;

        if (count != 3 || listen(listener, 5) < 0)
                return 1;
        if (strcmp(arguments[1], "clone") == 0)
                child = clone(work, stack + sizeof(stack), SIGCHLD, arguments[2]);
        else
                child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        if (child == 0)
                work(arguments[2]);
        waitpid(child, &status, 0);
        return WEXITSTATUS(status);
}
