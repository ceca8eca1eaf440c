/* Calls each hooked function that takes a list of arguments: how one is passed, a machine decides.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT "echo \"$0 $WORD $*\""

/* More arguments than any machine has registers for. */
#define MANY "1", "2", "3", "4", "5", "6", "7", "8", "9"

static char *const environment[] = {(char[]){"WORD=given"}, NULL};

static void start(const char *name)
{
        pid_t child = fork();

        if (child > 0) {
                waitpid(child, NULL, 0);
                return;
        }
        if (strcmp(name, "execl") == 0)
                execl("/bin/sh", "sh", "-c", SCRIPT, name, MANY, (char *)NULL);
        else if (strcmp(name, "execlp") == 0)
                execlp("sh", "sh", "-c", SCRIPT, name, MANY, (char *)NULL);
        else
                execle("/bin/sh", "sh", "-c", SCRIPT, name, MANY, (char *)NULL, environment);
        printf("%s: %s\n", name, strerror(errno));
        fflush(stdout);
        _exit(1);
}

static void print(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        vdprintf(STDOUT_FILENO, format, arguments);
        va_end(arguments);
}

static void show_mode(const char *name, int fd)
{
        struct stat facts;

        if (fd < 0 || fstat(fd, &facts) < 0)
                print("%s: %s\n", name, strerror(errno));
        else
                print("%s %o\n", name, (unsigned)facts.st_mode & 0777);
}

int main(int argc, char **argv)
{
        int fd;

        if (argc < 2 || chdir(argv[1]) < 0)
                return 2;
        umask(0);
        setenv("WORD", "inherited", 1);
        start("execl");
        start("execlp");
        start("execle");
        dprintf(STDOUT_FILENO, "dprintf %s %d %.1f %s %s %s %s %s %s\n", "1", 2, 3.0, "4", "5", "6",
                "7", "8", "9");
        print("vdprintf %s %d %.1f %s %s %s %s %s %s\n", "1", 2, 3.0, "4", "5", "6", "7", "8", "9");
        show_mode("open", open("a", O_CREAT | O_RDWR, 0641));
        show_mode("openat", openat(AT_FDCWD, "b", O_CREAT | O_RDWR, 0612));
        fd = fcntl(STDOUT_FILENO, F_DUPFD, 77);
        print("fcntl %d %d\n", fd, fcntl(fd, F_GETFD));
        return 0;
}
